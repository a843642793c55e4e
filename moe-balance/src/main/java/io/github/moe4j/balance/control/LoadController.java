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
   * Checks a decision before any controller observes one, so that a refusal changes nothing. By default it fits.
   *
   * @param decision the router's decision. Not modified.
   * @throws IllegalArgumentException if {@link #observe} would refuse it
   */
  default void requireFits(RouterDecision decision) {}

  /**
   * What was observed since the last step, as numbers that can be added to those of other workers, each of which
   * observes its part of the batch.
   *
   * @return a copy, of one length on all workers
   * @throws UnsupportedOperationException if the controller cannot be shared by several workers
   */
  default double[] observed() {
    throw new UnsupportedOperationException(
        getClass().getSimpleName() + " cannot be shared by several workers");
  }

  /**
   * Replaces what was observed since the last step.
   *
   * @param ofAll the sum of {@link #observed} over all workers. Not modified.
   * @throws IllegalArgumentException if the length is another
   */
  default void replaceObserved(double[] ofAll) {
    observed(); // says why not
  }

  /**
   * Acts on the observations since the last step, and clears them. Called once after every optimizer
   * step, even without observations.
   */
  void step();
}
