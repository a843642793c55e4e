package io.github.moe4j.core;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Whether a pass trains or evaluates, and where its random numbers come from. */
public final class PassMode {
  private static final PassMode EVALUATION = new PassMode(false, null);
  private static final PassMode TRAINING = new PassMode(true, null);

  private final boolean training;
  private final @Nullable RandomGenerator generator;

  private PassMode(boolean training, @Nullable RandomGenerator generator) {
    this.training = training;
    this.generator = generator;
  }

  /** Evaluation: no noise. */
  public static PassMode evaluation() {
    return EVALUATION;
  }

  /** Training of parts that draw no random numbers. */
  public static PassMode training() {
    return TRAINING;
  }

  /**
   * Training.
   *
   * @param randomness source of all noise. Modified: it is drawn from.
   */
  public static PassMode training(RandomGenerator randomness) {
    return new PassMode(true, randomness);
  }

  /** Whether the pass trains (noise, capacity of training) or evaluates. */
  public boolean isTraining() {
    return training;
  }

  /** The source of noise; an error that names {@code user} if there is none. */
  public RandomGenerator requireGenerator(String user) {
    if (generator == null) {
      throw new IllegalArgumentException(
          user + " draws random numbers: give MoeInput.training(generator), but there was none");
    }
    return generator;
  }
}
