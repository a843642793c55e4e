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

  /** The same rate in every step. */
  static LearningRate constant(double rate) {
    Require.notNegative("rate", rate);
    return step -> rate;
  }

  /**
   * Half a cosine from {@code peak} at step 0 to {@code floor} at step {@code steps}, where it stays (Loshchilov and
   * Hutter 2016, arXiv 1608.03983, equation 5, without restarts).
   */
  static LearningRate cosine(double peak, double floor, long steps) {
    Require.notNegative("floor", floor);
    Require.that(peak >= floor, "peak must be at least floor = %s but was %s", floor, peak);
    Require.that(steps > 0, "steps must be above 0 but was %d", steps);
    return step -> {
      double done = Math.min(1, (double) step / steps);
      return floor + (peak - floor) * 0.5 * (1 + StrictMath.cos(Math.PI * done));
    };
  }

  /** {@code rate}, multiplied by {@code factor} after every {@code interval} steps. */
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
   * @param byEpoch is asked for the number of the epoch, 0 for the first
   */
  static LearningRate epochs(long stepsPerEpoch, LearningRate byEpoch) {
    Require.that(stepsPerEpoch > 0, "stepsPerEpoch must be above 0 but was %d", stepsPerEpoch);
    return step -> byEpoch.at(step / stepsPerEpoch);
  }

  /**
   * This rate after a linear warm-up: step {@code s < warmup} has {@code (s + 1)/warmup} of the rate that this one
   * has at its first step, and later steps what it has {@code warmup} steps before.
   *
   * @param warmup steps, at least 0
   */
  default LearningRate withWarmup(long warmup) {
    Require.that(warmup >= 0, "warmup must be at least 0 but was %d", warmup);
    return step -> step < warmup ? at(0) * (step + 1) / warmup : at(step - warmup);
  }
}
