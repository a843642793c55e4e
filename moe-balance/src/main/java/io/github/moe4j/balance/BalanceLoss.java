package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import java.util.List;

/** A differentiable penalty on the decisions of the routers of one or several layers. */
public interface BalanceLoss {
  /** A short name for reports. */
  String name();

  /**
   * The loss and its gradient.
   *
   * @param layers decisions of all layers that the loss covers, at least one, all with the
   *     same number of experts. Not modified.
   * @throws IllegalArgumentException if there are no layers, numbers of experts differ, or a decision lacks scores
   *     that the loss reads
   */
  LossValue evaluate(List<RouterDecision> layers);

  /** The loss of one layer. */
  default LossValue evaluate(RouterDecision layer) {
    return evaluate(List.of(layer));
  }
}
