package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import java.util.List;

/**
 * A loss over counts that may be those of more tokens than the decisions have: of all micro-batches of
 * an optimizer step, and of all workers. {@link #evaluate(List)} takes the counts of its decisions
 * alone; a {@link Balancer} adds counts up and gives the sums.
 *
 * <p>Like every loss it keeps nothing: the same decisions and counts give the same value.
 */
public interface CountedLoss extends BalanceLoss {
  /** The counts of one decision. */
  ExpertCounts count(RouterDecision layer);

  /**
   * The loss and its gradient with counts from outside.
   *
   * @param layers decisions of all layers, at least one. Not modified.
   * @param counts of each layer, those of its decision among them
   */
  LossValue evaluate(List<RouterDecision> layers, List<ExpertCounts> counts);

  @Override
  default LossValue evaluate(List<RouterDecision> layers) {
    return evaluate(layers, layers.stream().map(this::count).toList());
  }
}
