package io.github.moe4j.balance.control;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Stateful;

/**
 * Balances the load outside the gradient: it observes every pass of an optimizer step and acts once
 * after the step.
 *
 * <p>Its complete state is {@link Stateful}: a controller that was restored, even in the middle of a step,
 * continues bit-identically; a failed restore changes nothing.
 *
 * <p>Implementations may be called by several threads; those that only count do not depend on
 * the order of the calls; others document it.
 */
public interface LoadController extends Stateful {
  /**
   * Observes one training pass. Choices count before dropping; padding is ignored.
   *
   * @param decision the router's decision. Not modified.
   * @throws IllegalArgumentException if the decision has another number of experts, or lacks required scores
   */
  void observe(RouterDecision decision);

  /**
   * Acts on the observations since the last step, and clears them. Called once after every optimizer
   * step, even without observations.
   */
  void step();
}
