package io.github.moe4j.bench.mutants;

import io.github.moe4j.core.internal.Require;
import java.util.Map;
import java.util.TreeMap;

/** The share of all mutants that a module's tests must detect, in percent, equivalent ones not set aside. */
final class Goals {
  private static final Map<String, Integer> PERCENT =
      new TreeMap<>(Map.of("moe-balance", 99, "moe-routing", 97, "moe-core", 92, "moe-models", 92));

  private Goals() {}

  static int of(String module) {
    Integer percent = PERCENT.get(module);
    Require.that(
        percent != null, "a module must be one of %s but was %s", PERCENT.keySet(), module);
    return percent;
  }
}
