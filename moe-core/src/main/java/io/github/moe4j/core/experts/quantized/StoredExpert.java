package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.io.StoredFile;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the parameters of one expert are stored. Nothing is read. Immutable.
 *
 * @param weights by projection: {@code gate} and {@code up} [H,D], or {@code up} alone, and {@code down} [D,H]
 * @param biases of the same names [out,1]; empty if the expert has none
 */
public record StoredExpert(Map<String, StoredWeight> weights, Map<String, StoredWeight> biases) {
  /**
   * Copies the maps.
   *
   * @throws IllegalArgumentException if a bias is not that of a weight
   */
  public StoredExpert {
    weights = Map.copyOf(weights);
    biases = Map.copyOf(biases);
    for (Map.Entry<String, StoredWeight> bias : biases.entrySet()) {
      StoredWeight weight = weights.get(bias.getKey());
      Require.that(
          weight != null
              && bias.getValue().out() == weight.out()
              && bias.getValue().in() == 1,
          "bias of %s must be [%s,1] but is [%d,%d]",
          bias.getKey(),
          weight == null ? "no weight" : weight.out(),
          bias.getValue().out(),
          bias.getValue().in());
    }
  }

  /** The weight of a projection. */
  StoredWeight weight(String projection) {
    StoredWeight weight = weights.get(projection);
    Require.that(
        weight != null, "an expert must have a weight %s but has %s", projection, weights.keySet());
    return weight;
  }

  /** The bias of a projection as a new array [out]; null if there is none. */
  float @Nullable [] bias(String projection) {
    StoredWeight bias = biases.get(projection);
    return bias == null ? null : bias.toArray();
  }

  /** The files that have the parameters. */
  Set<StoredFile> files() {
    Set<StoredFile> files = new LinkedHashSet<>();
    Stream.of(weights, biases)
        .flatMap(map -> map.values().stream())
        .forEach(weight -> files.addAll(weight.matrix().files()));
    return files;
  }
}
