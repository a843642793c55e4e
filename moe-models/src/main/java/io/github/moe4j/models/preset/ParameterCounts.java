package io.github.moe4j.models.preset;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Parameters by part.
 *
 * @param parts each part, in order; those that a model lacks are zero
 */
public record ParameterCounts(Map<ParameterGroup, Size> parts) {
  /** Keeps a copy. */
  public ParameterCounts {
    Map<ParameterGroup, Size> all = new EnumMap<>(ParameterGroup.class);
    for (ParameterGroup part : ParameterGroup.values()) {
      all.put(part, parts.getOrDefault(part, Size.ZERO));
    }
    parts = Collections.unmodifiableMap(all);
  }

  /** Parameters of a part. */
  public long count(ParameterGroup part) {
    return size(part).total();
  }

  /** Parameters of a part by their use. */
  public Size size(ParameterGroup part) {
    return parts.getOrDefault(part, Size.ZERO);
  }

  /** Parameters of all parts. */
  public long total() {
    return totalWithout(Set.of());
  }

  /** Parameters of all parts except some. */
  public long totalWithout(Set<ParameterGroup> left) {
    return parts.entrySet().stream()
        .filter(e -> !left.contains(e.getKey()))
        .mapToLong(e -> e.getValue().total())
        .sum();
  }
}
