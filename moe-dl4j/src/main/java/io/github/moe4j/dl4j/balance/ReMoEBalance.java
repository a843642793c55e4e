package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.ReMoEL1;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The refined L1 loss of ReMoE.
 *
 * @param coefficient of the loss
 * @param k experts a token that are aimed at
 */
public record ReMoEBalance(
    @JsonProperty("coefficient") double coefficient,
    @JsonProperty("k") int k) implements BalanceSpec {
  /** Checks the options. */
  @JsonCreator
  public ReMoEBalance {
    ReMoEL1.of(coefficient, k);
  }

  @Override
  public BalanceLoss loss() {
    return ReMoEL1.of(coefficient, k);
  }
}
