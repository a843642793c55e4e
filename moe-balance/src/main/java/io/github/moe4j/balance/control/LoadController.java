package io.github.moe4j.balance.control;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Stateful;

/**
 * Balances the load outside the gradient: it observes every pass of an optimizer step and acts once
 * after the step.
 *
 * <p>All that it goes on from is {@link Stateful}: a controller that was restored, even in the middle of a
 * step, goes on to the same bits, and one that refuses is as it was.
 *
 * <p>Implementations may be called by several threads; those that only count do not depend on
 * the order of the calls; others document it.
 */
public interface LoadController extends Stateful {
  /**
   * Observes one training pass. Choices count before dropping; padding is ignored.
   *
   * @param decision what the router decided. Not modified.
   */
  void observe(RouterDecision decision);

  /**
   * Acts on what was observed since the last step, and forgets it. Called once after every optimizer
   * step, also if nothing was observed.
   */
  void step();
}
