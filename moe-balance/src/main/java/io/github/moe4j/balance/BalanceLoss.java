package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import java.util.List;

/** A differentiable penalty on what the routers of one or several layers decided. */
public interface BalanceLoss {
  /** A short name for reports. */
  String name();

  /**
   * The loss and its gradient.
   *
   * @param layers decisions of all layers that the loss covers, at least one, all with as many
   *     experts. Not modified.
   */
  LossValue evaluate(List<RouterDecision> layers);

  /** The loss of one layer. */
  default LossValue evaluate(RouterDecision layer) {
    return evaluate(List.of(layer));
  }
}
