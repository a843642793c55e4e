package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.Set;

/** A user's own loss, by default in every trait that has one. */
public final class EvenMeanProvider implements LossProvider {
  @Override
  public String name() {
    return "even-mean";
  }

  @Override
  public String title() {
    return "Even mean";
  }

  @Override
  public String formula() {
    return "Σ P²";
  }

  @Override
  public BalanceLoss create(double coefficient, LossSizes sizes) {
    return SwitchLoss.of(coefficient);
  }

  @Override
  public double defaultCoefficient() {
    return 0.01;
  }

  @Override
  public Set<Kind> reads() {
    return Set.of(Kind.PROBABILITIES);
  }

  @Override
  public String atBalance() {
    return "1/E";
  }
}
