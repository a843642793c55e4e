package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Whether a pass trains or evaluates, where its random numbers come from, and at which step. */
public final class PassMode {
  private static final PassMode EVALUATION = new PassMode(false, null, 0);
  private static final PassMode TRAINING = new PassMode(true, null, 0);

  private final boolean training;
  private final @Nullable RandomGenerator generator;
  private final long step;

  private PassMode(boolean training, @Nullable RandomGenerator generator, long step) {
    this.training = training;
    this.generator = generator;
    this.step = step;
  }

  /** Evaluation: no noise. */
  public static PassMode evaluation() {
    return EVALUATION;
  }

  /** Training without random numbers. */
  public static PassMode training() {
    return TRAINING;
  }

  /**
   * Training.
   *
   * @param randomness source of all noise. Modified: it is drawn from.
   */
  public static PassMode training(RandomGenerator randomness) {
    return new PassMode(true, randomness, 0);
  }

  /**
   * The same mode at an optimizer step, which schedules such as that of a temperature read.
   *
   * @param newStep at least 0, which is where every mode starts
   */
  public PassMode atStep(long newStep) {
    Require.that(newStep >= 0, "step must be at least 0 but was %d", newStep);
    return new PassMode(training, generator, newStep);
  }

  /** The optimizer step that schedules read. */
  public long step() {
    return step;
  }

  /** Whether the pass trains (noise, capacity of training) or evaluates. */
  public boolean isTraining() {
    return training;
  }

  /** The source of noise; an error that names {@code user} if there is none. */
  public RandomGenerator requireGenerator(String user) {
    if (generator == null) {
      throw new IllegalArgumentException(
          user + " draws random numbers: give TokenBatch.training(generator), but there was none");
    }
    return generator;
  }
}
