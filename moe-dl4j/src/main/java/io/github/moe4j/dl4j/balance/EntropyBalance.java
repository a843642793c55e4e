package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.EntropyLoss;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A regularizer of the entropy of the router's distribution.
 *
 * @param coefficient of the loss
 */
public record EntropyBalance(@JsonProperty("coefficient") double coefficient)
    implements BalanceSpec {
  /** Checks the options. */
  @JsonCreator
  public EntropyBalance {
    EntropyLoss.of(coefficient);
  }

  @Override
  public BalanceLoss loss() {
    return EntropyLoss.of(coefficient);
  }
}
