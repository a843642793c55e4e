package io.github.moe4j.parallel;

import java.util.random.RandomGenerator;

/** A generator that refuses: draws of experts would depend on the number of ranks. */
final class NoNoise implements RandomGenerator {
  static final NoNoise INSTANCE = new NoNoise();

  private NoNoise() {}

  @Override
  public long nextLong() {
    throw new IllegalArgumentException(
        "experts in parallel must not draw random numbers, as dropout of hidden values does: results would depend on"
            + " the number of ranks");
  }
}
