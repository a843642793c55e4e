package io.github.moe4j.balance.control;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Stateful;

/**
 * Steers the load from outside the gradient: it watches every pass of an optimizer step and acts
 * once when the step is done.
 *
 * <p>All that it goes on from is {@link Stateful}: a controller that was restored, even in the middle of a
 * step, goes on to the same bits, and one that refuses is as it was.
 *
 * <p>Implementations may be called by several threads; those that only count come to the same
 * whatever the order of the calls, and say so if not.
 */
public interface LoadController extends Stateful {
  /**
   * Takes note of one training pass. Choices count before dropping; padding counts for nothing.
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
