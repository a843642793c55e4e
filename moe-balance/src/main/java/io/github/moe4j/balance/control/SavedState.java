package io.github.moe4j.balance.control;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Require;

/** The saved state of a controller, each value checked as it is read; errors name it. */
record SavedState(Checkpoint checkpoint, String prefix) {
  /** As many finite numbers as expected. */
  double[] finite(String name, int length) {
    String full = prefix + "." + name;
    double[] values = checkpoint.doubles(full);
    Require.length(full, values, length);
    for (double v : values) {
      Require.finite(full, v);
    }
    return values;
  }

  /** As many counts as expected, at least 0 each. */
  long[] counts(String name, int length) {
    String full = prefix + "." + name;
    long[] counts = checkpoint.longs(full);
    Require.that(
        counts.length == length, "%s must have length %d but has %d", full, length, counts.length);
    for (long count : counts) {
      Require.that(count >= 0, "%s must be at least 0 but has %d", full, count);
    }
    return counts;
  }

  /** One count, at least 0. */
  long count(String name) {
    return counts(name, 1)[0];
  }
}
