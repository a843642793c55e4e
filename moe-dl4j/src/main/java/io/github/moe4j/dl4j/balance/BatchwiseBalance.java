package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.BatchwiseLoss;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What trains the thresholds of the batchwise mask.
 *
 * @param coefficient of the loss
 */
public record BatchwiseBalance(@JsonProperty("coefficient") double coefficient)
    implements BalanceSpec {
  /** Checks the options. */
  @JsonCreator
  public BatchwiseBalance {
    BatchwiseLoss.of(coefficient);
  }

  @Override
  public BalanceLoss loss() {
    return BatchwiseLoss.of(coefficient);
  }
}
