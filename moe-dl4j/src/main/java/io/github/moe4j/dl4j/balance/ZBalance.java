package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.ZLoss;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The router z-loss of ST-MoE: the mean square of {@code log Σ exp(logit)}.
 *
 * @param coefficient of the loss
 */
public record ZBalance(@JsonProperty("coefficient") double coefficient) implements BalanceSpec {
  /** Checks the options. */
  @JsonCreator
  public ZBalance {
    ZLoss.of(coefficient);
  }

  @Override
  public BalanceLoss loss() {
    return ZLoss.of(coefficient);
  }
}
