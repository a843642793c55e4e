package io.github.moe4j.testkit.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.testkit.Near;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The numbers that a controller saves, by name: {@code double[]} or {@code long[]}. */
record SavedController(Map<String, Object> values) {
  private static final String PREFIX = "saved";

  static SavedController of(Stateful controller) {
    Checkpoint.Builder builder = Checkpoint.builder();
    controller.addTo(builder, PREFIX);
    Checkpoint all = builder.build().below(PREFIX);
    Map<String, Object> values = new LinkedHashMap<>();
    all.names().forEach(name -> values.put(name, numbers(all, name)));
    return new SavedController(values);
  }

  private static Object numbers(Checkpoint all, String name) {
    try {
      return all.doubles(name);
    } catch (IllegalArgumentException notDoubles) {
      return all.longs(name);
    }
  }

  Set<String> names() {
    return values.keySet();
  }

  /** The numbers of a name, whole ones too. */
  double[] get(String name) {
    return values.get(name) instanceof long[] whole
        ? Arrays.stream(whole).asDoubleStream().toArray()
        : ((double[]) values.get(name)).clone();
  }

  boolean isWhole(String name) {
    return values.get(name) instanceof long[];
  }

  SavedController with(String name, Object numbers) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.put(name, numbers);
    return new SavedController(all);
  }

  SavedController without(String name) {
    Map<String, Object> rest = new LinkedHashMap<>(values);
    rest.remove(name);
    return new SavedController(rest);
  }

  /** The same with one number more under a name. */
  SavedController longer(String name) {
    return with(
        name,
        values.get(name) instanceof long[] whole
            ? Arrays.copyOf(whole, whole.length + 1)
            : Arrays.copyOf((double[]) values.get(name), get(name).length + 1));
  }

  void into(Stateful controller) {
    Checkpoint.Builder builder = Checkpoint.builder();
    values.forEach((name, numbers) -> {
      String full = PREFIX + "." + name;
      if (numbers instanceof long[] whole) {
        builder.longs(full, whole);
      } else {
        builder.doubles(full, (double[]) numbers);
      }
    });
    controller.restore(builder.build(), PREFIX);
  }

  /** Fails unless both have the same numbers, to the tolerance; 0 means the same bits. */
  static void assertSame(SavedController expected, SavedController actual, double tolerance) {
    assertEquals(expected.names(), actual.names(), "names of what is saved");
    for (String name : expected.names()) {
      if (tolerance == 0) {
        Near.assertSameBits(name, expected.get(name), actual.get(name));
      } else {
        Near.assertNear(name, expected.get(name), actual.get(name), tolerance);
      }
    }
  }
}
