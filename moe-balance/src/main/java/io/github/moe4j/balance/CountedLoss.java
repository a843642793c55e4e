package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import java.util.List;

/**
 * A loss over counts that may be those of more tokens than the decisions have: of all micro-batches of
 * an optimizer step, and of all workers. {@link #evaluate(List)} uses the counts of its decisions
 * only; a {@link Balancer} accumulates counts and passes the sums.
 *
 * <p>Like every loss it is stateless: the same decisions and counts give the same value.
 */
public interface CountedLoss extends BalanceLoss {
  /** The counts of one decision. */
  ExpertCounts count(RouterDecision layer);

  /**
   * The loss and its gradient with given counts.
   *
   * @param layers decisions of all layers, at least one. Not modified.
   * @param counts of each layer, including those of its decision
   * @throws IllegalArgumentException if layers and counts do not fit
   */
  LossValue evaluate(List<RouterDecision> layers, List<ExpertCounts> counts);

  @Override
  default LossValue evaluate(List<RouterDecision> layers) {
    return evaluate(layers, layers.stream().map(this::count).toList());
  }
}
