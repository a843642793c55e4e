package io.github.moe4j.balance.control;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;

/**
 * Balances the load outside the gradient: it observes every pass of an optimizer step and acts once
 * after the step.
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

  /** A copy of all state, to be saved with a checkpoint. */
  ControllerState state();

  /**
   * Restores a saved state, so that training continues as if it had not been interrupted.
   *
   * @throws IllegalArgumentException if it is not that of such a controller for as many experts;
   *     nothing is changed then
   */
  void restore(ControllerState state);

  @Override
  default void addTo(Checkpoint.Builder checkpoint, String prefix) {
    state().addTo(checkpoint, prefix);
  }

  @Override
  default void restore(Checkpoint checkpoint, String prefix) {
    restore(ControllerState.from(checkpoint, prefix));
  }
}
