package io.github.moe4j.bench.distributed;

import java.util.List;
import java.util.Map;

/**
 * What was compared.
 *
 * @param all number of comparisons
 * @param differing what is not equal, or missing
 */
record Comparison(int all, List<String> differing) {
  static Comparison of(Map<String, Long> expected, Map<String, Long> actual) {
    List<String> differing = expected.entrySet().stream()
        .filter(entry -> !entry.getValue().equals(actual.get(entry.getKey())))
        .map(Map.Entry::getKey)
        .toList();
    return new Comparison(expected.size(), differing);
  }

  int equal() {
    return all - differing.size();
  }
}
