package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/** Numbers of a saved training below a path, each checked as it is read; errors name the entry. */
record SavedNumbers(Checkpoint checkpoint, String prefix) {
  /** Of counts and nanoseconds, so that sums of some of them do not overflow; as time it is two years. */
  private static final long MOST = 1L << 56;

  /** As many numbers as expected. */
  double[] numbers(String name, int length) {
    String full = full(name);
    double[] values = checkpoint.doubles(full);
    Require.length(full, values, length);
    return values;
  }

  /** Counts or times, as many as there are. */
  long[] counts(String name) {
    String full = full(name);
    long[] values = checkpoint.longs(full);
    for (long value : values) {
      Require.that(
          value >= 0 && value <= MOST, "%s must be in [0, %d] but has %d", full, MOST, value);
    }
    return values;
  }

  /** Counts or times, as many as expected. */
  long[] counts(String name, int length) {
    long[] values = counts(name);
    Require.that(
        values.length == length,
        "%s must have length %d but has %d",
        full(name),
        length,
        values.length);
    return values;
  }

  /** One count. */
  long count(String name) {
    return counts(name, 1)[0];
  }

  /** Numbers of steps, as many as there are. */
  int[] steps(String name) {
    return Arrays.stream(counts(name)).mapToInt(value -> step(name, value)).toArray();
  }

  /** One number of steps. */
  int step(String name) {
    return step(name, count(name));
  }

  private int step(String name, long value) {
    Require.that(value <= Integer.MAX_VALUE, "%s must be below 2^31 but has %d", full(name), value);
    return (int) value;
  }

  private String full(String name) {
    return prefix + "." + name;
  }
}
