package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.SwitchLoss;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Switch Transformers' loss: {@code coefficient·E·Σ f·P}, at perfect balance {@code coefficient}.
 *
 * @param coefficient of the loss
 * @param counting what f is when a token chooses several experts
 * @param pooling what f and P are taken over
 */
public record SwitchBalance(
    @JsonProperty("coefficient") double coefficient,
    @JsonProperty("counting") SwitchLoss.Counting counting,
    @JsonProperty("pooling") LossScope pooling)
    implements BalanceSpec {
  /** Checks the options. */
  @JsonCreator
  public SwitchBalance {
    new SwitchLoss(coefficient, counting, pooling);
  }

  /** Share of all choices, over the batch. */
  public static SwitchBalance of(double coefficient) {
    SwitchLoss usual = SwitchLoss.of(coefficient);
    return new SwitchBalance(coefficient, usual.counting(), usual.pooling());
  }

  /** Share of all choices, in each sequence. */
  public static SwitchBalance perSequence(double coefficient) {
    SwitchLoss usual = SwitchLoss.perSequence(coefficient);
    return new SwitchBalance(coefficient, usual.counting(), usual.pooling());
  }

  @Override
  public BalanceLoss loss() {
    return new SwitchLoss(coefficient, counting, pooling);
  }
}
