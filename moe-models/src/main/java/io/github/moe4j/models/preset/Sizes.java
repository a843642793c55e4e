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
public record Sizes(Map<Part, Size> parts) {
  /** Keeps a copy. */
  public Sizes {
    Map<Part, Size> all = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      all.put(part, parts.getOrDefault(part, Size.ZERO));
    }
    parts = Collections.unmodifiableMap(all);
  }

  /** Parameters of a part. */
  public long count(Part part) {
    return size(part).total();
  }

  /** Parameters of a part by what is done with them. */
  public Size size(Part part) {
    return parts.getOrDefault(part, Size.ZERO);
  }

  /** Parameters of all parts. */
  public long total() {
    return totalWithout(Set.of());
  }

  /** Parameters of all parts but some. */
  public long totalWithout(Set<Part> left) {
    return parts.entrySet().stream()
        .filter(e -> !left.contains(e.getKey()))
        .mapToLong(e -> e.getValue().total())
        .sum();
  }
}
