package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.Require;

/** A learning rate by optimizer step. Implementations are immutable. */
@FunctionalInterface
public interface LearningRate {
  /**
   * The rate of a step.
   *
   * @param step optimizer steps done before, 0 for the first
   */
  double at(long step);

  /**
   * The same rate in every step.
   *
   * @throws IllegalArgumentException if the rate is negative or not finite
   */
  static LearningRate constant(double rate) {
    Require.notNegative("rate", rate);
    return step -> rate;
  }

  /**
   * Cosine decay from {@code peak} at step 0 to {@code floor} at step {@code steps}, constant afterwards (Loshchilov
   * and Hutter 2016, arXiv 1608.03983, equation 5, without restarts).
   *
   * @throws IllegalArgumentException unless {@code 0 ≤ floor ≤ peak < ∞} and {@code steps > 0}
   */
  static LearningRate cosine(double peak, double floor, long steps) {
    Require.notNegative("floor", floor);
    Require.that(peak >= floor, "peak must be at least floor = %s but was %s", floor, peak);
    Require.finite("peak", peak);
    Require.that(steps > 0, "steps must be above 0 but was %d", steps);
    return step -> {
      double done = Math.min(1, (double) step / steps);
      return floor + (peak - floor) * 0.5 * (1 + StrictMath.cos(Math.PI * done));
    };
  }

  /**
   * {@code rate}, multiplied by {@code factor} after every {@code interval} steps.
   *
   * @throws IllegalArgumentException if the rate or the factor is negative or not finite, or the interval is not
   *     positive
   */
  static LearningRate steps(double rate, double factor, long interval) {
    Require.notNegative("rate", rate);
    Require.notNegative("factor", factor);
    Require.that(interval > 0, "interval must be above 0 but was %d", interval);
    return step -> rate * StrictMath.pow(factor, step / interval);
  }

  /**
   * A rate by epoch.
   *
   * @param stepsPerEpoch optimizer steps of an epoch
   * @param byEpoch rate by epoch, 0 for the first
   * @throws IllegalArgumentException if the number of steps is not positive
   */
  static LearningRate epochs(long stepsPerEpoch, LearningRate byEpoch) {
    Require.that(stepsPerEpoch > 0, "stepsPerEpoch must be above 0 but was %d", stepsPerEpoch);
    return step -> byEpoch.at(step / stepsPerEpoch);
  }

  /**
   * This rate after a linear warm-up: step {@code s < warmup} has {@code (s + 1)/warmup} of this rate at step 0,
   * and later steps have this rate at {@code step − warmup}.
   *
   * @param warmup steps, at least 0
   * @throws IllegalArgumentException if the warm-up is negative
   */
  default LearningRate withWarmup(long warmup) {
    Require.that(warmup >= 0, "warmup must be at least 0 but was %d", warmup);
    return step -> step < warmup ? at(0) * (step + 1) / warmup : at(step - warmup);
  }
}
