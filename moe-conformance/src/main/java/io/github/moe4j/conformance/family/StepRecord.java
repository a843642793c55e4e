package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the steps of a trajectory give, by name, step after step. Not thread-safe. */
final class StepRecord {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  /** Adds the numbers of a step. */
  void add(String name, double... ofStep) {
    List<Double> all = values.computeIfAbsent(name, n -> new ArrayList<>());
    Arrays.stream(ofStep).forEach(all::add);
  }

  /** Adds the whole numbers of a step. */
  void add(String name, int[] ofStep) {
    add(name, Arrays.stream(ofStep).asDoubleStream().toArray());
  }

  /** Compares all of it with the outputs of these names. */
  void compare(Comparison comparison) {
    values.forEach((name, all) ->
        comparison.output(name, all.stream().mapToDouble(Double::doubleValue).toArray()));
  }
}
