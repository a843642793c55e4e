package io.github.moe4j.lab.report;

import io.github.moe4j.core.internal.Shown;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks on the records of a result; NaN always passes, since it means "not known". */
final class Checks {

  private Checks() {}

  /** A component that must be there: a file of another program, or a damaged one, may lack it. */
  static <T> T present(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " must be set but is null");
    }
    return value;
  }

  /** A copy of a list whose elements must be there. */
  static <T> List<T> list(String name, @Nullable List<T> values) {
    present(name, values).forEach(value -> present("an element of " + name, value));
    return List.copyOf(values);
  }

  /** A copy of a map, in its order, whose values must be there. */
  static Map<String, String> texts(String name, @Nullable Map<String, String> values) {
    present(name, values).forEach((key, value) -> present(Shown.of(key) + " of " + name, value));
    return Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  static void notNegative(String name, double value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must be at least 0 but was " + value);
    }
  }

  /** Slightly above 1 is accepted, for rounding of sums. */
  static void share(String name, double value) {
    if (value < 0 || value > 1 + 1e-9) {
      throw new IllegalArgumentException(name + " must be 0 to 1 but was " + value);
    }
  }

  static void shares(String name, double[] values) {
    for (double value : values) {
      share(name, value);
    }
  }

  static void length(String name, int expected, int actual) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          "%s must be [%d] but was [%d]".formatted(name, expected, actual));
    }
  }

  static void rising(String name, int[] steps) {
    for (int i = 1; i < steps.length; i++) {
      if (steps[i] <= steps[i - 1]) {
        throw new IllegalArgumentException("%s must be in order of rising steps but %d follows %d"
            .formatted(name, steps[i], steps[i - 1]));
      }
    }
  }
}
