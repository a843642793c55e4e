package io.github.moe4j.balance.control;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The state of a controller as it is saved, whose values tests read and change. */
final class Saved {
  static final String PREFIX = "saved";

  private final Map<String, Object> values;

  private Saved(Map<String, Object> values) {
    this.values = values;
  }

  static Saved empty() {
    return new Saved(Map.of());
  }

  static Saved of(Stateful controller) {
    Checkpoint.Builder builder = Checkpoint.builder();
    controller.addTo(builder, PREFIX);
    Checkpoint all = builder.build().below(PREFIX);
    Map<String, Object> values = new LinkedHashMap<>();
    for (String name : all.names()) {
      values.put(name, isCount(name) ? all.longs(name) : all.doubles(name));
    }
    return new Saved(values);
  }

  static boolean isCount(String name) {
    return Set.of("counts", "step", "passes", "positive", "weights", "experts").contains(name);
  }

  Set<String> names() {
    return values.keySet();
  }

  /** The numbers of a name, counts too. */
  double[] get(String name) {
    return values.get(name) instanceof long[] counts
        ? Arrays.stream(counts).asDoubleStream().toArray()
        : ((double[]) values.get(name)).clone();
  }

  Saved with(String name, double... numbers) {
    return put(name, numbers.clone());
  }

  Saved with(String name, long... counts) {
    return put(name, counts.clone());
  }

  private Saved put(String name, Object array) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.put(name, array);
    return new Saved(all);
  }

  Checkpoint checkpoint() {
    Checkpoint.Builder builder = Checkpoint.builder();
    values.forEach((name, array) -> {
      String full = PREFIX + "." + name;
      if (array instanceof long[] counts) {
        builder.longs(full, counts);
      } else {
        builder.doubles(full, (double[]) array);
      }
    });
    return builder.build();
  }

  void into(Stateful controller) {
    controller.restore(checkpoint(), PREFIX);
  }
}
