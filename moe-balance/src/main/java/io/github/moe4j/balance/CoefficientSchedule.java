package io.github.moe4j.balance;

import io.github.moe4j.core.internal.Require;

/** A coefficient that may change during training; stateless. */
@FunctionalInterface
public interface CoefficientSchedule {
  /**
   * The coefficient at an optimizer step.
   *
   * @param step at least 0
   */
  double at(long step);

  /**
   * The same at every step.
   *
   * @throws IllegalArgumentException if the value is not finite
   */
  static CoefficientSchedule constant(double value) {
    return new Constant(value);
  }

  /**
   * Linear from 0 at step 0 to {@code peak} at step {@code steps}, then constant.
   *
   * @throws IllegalArgumentException if the peak is not finite, or steps are below 1
   */
  static CoefficientSchedule linearWarmup(double peak, long steps) {
    return new LinearWarmup(constant(peak), steps);
  }

  /**
   * Cosine decay from {@code start} at step 0 to {@code end} at step {@code steps}, then constant: {@code end +
   * (start − end)·(1 + cos(π·step/steps))/2}.
   *
   * @throws IllegalArgumentException if a value is not finite, or steps are below 1
   */
  static CoefficientSchedule cosine(double start, double end, long steps) {
    return new Cosine(start, end, steps);
  }

  /**
   * This schedule times {@code min(1, step/steps)}: a linear warm-up over its first steps.
   *
   * @throws IllegalArgumentException if steps are below 1
   */
  default CoefficientSchedule warmedUp(long steps) {
    return new LinearWarmup(this, steps);
  }

  /**
   * The same at every step.
   *
   * @param value finite
   */
  record Constant(double value) implements CoefficientSchedule {
    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException if a component is not as documented
     */
    public Constant {
      Require.notNegative("coefficient", value);
    }

    @Override
    public double at(long step) {
      requireStep(step);
      return value;
    }
  }

  /**
   * A schedule times {@code min(1, step/steps)}.
   *
   * @param then the schedule
   * @param steps of the warm-up, at least 1
   */
  record LinearWarmup(CoefficientSchedule then, long steps) implements CoefficientSchedule {
    /**
     * Checks the steps.
     *
     * @throws IllegalArgumentException if a component is not as documented
     */
    public LinearWarmup {
      Require.that(steps >= 1, "steps must be at least 1 but was %d", steps);
    }

    @Override
    public double at(long step) {
      requireStep(step);
      return then.at(step) * Math.min(1, (double) step / steps);
    }
  }

  /**
   * Cosine decay.
   *
   * @param start at step 0, finite
   * @param end from step {@code steps} on, finite
   * @param steps at least 1
   */
  record Cosine(double start, double end, long steps) implements CoefficientSchedule {
    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if a component is not as documented
     */
    public Cosine {
      Require.notNegative("start", start);
      Require.notNegative("end", end);
      Require.that(steps >= 1, "steps must be at least 1 but was %d", steps);
    }

    @Override
    public double at(long step) {
      requireStep(step);
      double done = Math.min(1, (double) step / steps);
      return end + (start - end) * (1 + StrictMath.cos(Math.PI * done)) / 2;
    }
  }

  private static void requireStep(long step) {
    Require.that(step >= 0, "step must be at least 0 but was %d", step);
  }
}
