package io.github.moe4j.core.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;

/** Several parts as one, restored all or none. */
final class StatefulParts implements Stateful {
  private final Map<String, Stateful> parts;

  StatefulParts(Map<String, ? extends Stateful> parts) {
    this.parts = new LinkedHashMap<>(parts);
  }

  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    parts.forEach((key, part) -> part.addTo(checkpoint, prefix + "." + key));
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    Checkpoint.Builder builder = Checkpoint.builder();
    addTo(builder, prefix);
    Checkpoint before = builder.build();
    Map<String, Stateful> restored = new LinkedHashMap<>();
    try {
      parts.forEach((key, part) -> {
        part.restore(checkpoint, prefix + "." + key);
        restored.put(key, part);
      });
    } catch (RuntimeException refused) {
      restored.forEach((key, part) -> part.restore(before, prefix + "." + key));
      throw refused;
    }
  }
}
