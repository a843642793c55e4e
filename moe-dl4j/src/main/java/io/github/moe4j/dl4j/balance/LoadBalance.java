package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LoadLoss;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The squared variation of the experts' smooth load; for the noisy top-k router (Shazeer et al. 2017).
 *
 * @param coefficient of the loss
 */
public record LoadBalance(@JsonProperty("coefficient") double coefficient) implements BalanceSpec {
  /** Checks the options. */
  @JsonCreator
  public LoadBalance {
    LoadLoss.of(coefficient);
  }

  @Override
  public BalanceLoss loss() {
    return LoadLoss.of(coefficient);
  }
}
