package io.github.moe4j.examples;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.balance.catalogue.LossSizes;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.Set;

/** {@link EvenMeanLoss} by name. */
public final class EvenMeanProvider implements LossProvider {
  /** Called by ServiceLoader. */
  public EvenMeanProvider() {}

  @Override
  public String name() {
    return "even-mean";
  }

  @Override
  public String title() {
    return "Even mean loss";
  }

  @Override
  public String formula() {
    return "E·Σ (P − 1/E)²";
  }

  @Override
  public BalanceLoss create(double coefficient, LossSizes sizes) {
    return new EvenMeanLoss(coefficient);
  }

  @Override
  public double defaultCoefficient() {
    return 0.1;
  }

  @Override
  public Set<Kind> reads() {
    return Set.of(Kind.PROBABILITIES);
  }

  @Override
  public String atBalance() {
    return "0";
  }
}
