package io.github.moe4j.balance.control;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;

/**
 * Steers the load from outside the gradient: it watches every pass of an optimizer step and acts
 * once when the step is done.
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

  /** A copy of all state, to be saved with a checkpoint. */
  ControllerState state();

  /**
   * Takes a saved state over, so that training goes on as if it had not been interrupted.
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
