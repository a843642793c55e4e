package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.ImportanceLoss;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The squared variation of the experts' sums of weights (Shazeer et al. 2017).
 *
 * @param coefficient of the loss
 */
public record ImportanceBalance(@JsonProperty("coefficient") double coefficient)
    implements BalanceSpec {
  /** Checks the options. */
  @JsonCreator
  public ImportanceBalance {
    ImportanceLoss.of(coefficient);
  }

  @Override
  public BalanceLoss loss() {
    return ImportanceLoss.of(coefficient);
  }
}
