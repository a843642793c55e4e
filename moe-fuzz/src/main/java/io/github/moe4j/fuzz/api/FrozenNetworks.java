package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.MappedExperts;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.StoredExpert;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.fuzz.Draw;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks of float32 whose weights are rounded, or stay where they are stored: for evaluation only. */
final class FrozenNetworks {
  private static final int MOST_BUDGET = 4_000;

  private FrozenNetworks() {}

  static RandomExperts quantized(SplittableRandom random, ExpertOptions options) {
    RandomExperts networks = RandomExperts.plain(random, options);
    WeightFormat format = Draw.of(random, WeightFormat.values());
    QuantizedExperts quantized = quantized(networks.experts(), format);
    return frozen(
        quantized,
        Reference.networks(rounded(networks, quantized), options.activation()),
        format + " of " + networks.kind());
  }

  private static QuantizedExperts quantized(Experts networks, WeightFormat format) {
    return networks instanceof GluExperts glu
        ? QuantizedExperts.of(glu, format)
        : QuantizedExperts.of((FfnExperts) networks, format);
  }

  /** The weights that quantized experts compute with, and the biases. */
  private static NamedArrays rounded(RandomExperts networks, QuantizedExperts quantized) {
    NamedArrays.Builder rounded = NamedArrays.builder();
    networks.experts().parameters().forEach((name, array) -> {
      String projection = name.substring(0, name.indexOf('.'));
      INDArray used = name.endsWith(".weight") ? quantized.weight(projection) : array;
      rounded.add(name, used);
    });
    return rounded.build();
  }

  /** Read where they are stored, or rounded into a budget that not all of them may fit in. */
  static RandomExperts mapped(SplittableRandom random, ExpertOptions options) {
    RandomExperts networks = RandomExperts.plain(random, options);
    List<StoredExpert> stored = StoredNumbers.of(random, networks.experts().parameters());
    NamedArrays used;
    MappedWeights weights;
    if (random.nextBoolean()) {
      weights = MappedWeights.streamed();
      used = networks.experts().parameters();
    } else {
      WeightFormat format = Draw.of(random, WeightFormat.values());
      weights = MappedWeights.withBudget(1 + random.nextInt(MOST_BUDGET), format);
      used = rounded(networks, quantized(networks.experts(), format));
    }
    MappedExperts mapped = networks.experts() instanceof GluExperts glu
        ? MappedExperts.of(glu, stored, weights)
        : MappedExperts.of((FfnExperts) networks.experts(), stored, weights);
    return frozen(
        mapped,
        Reference.networks(used, options.activation()),
        "%s of %s".formatted(weights, networks.kind()));
  }

  private static RandomExperts frozen(Experts experts, Supplier<Reference> computes, String kind) {
    return new RandomExperts(experts, computes, kind, false, false, false);
  }
}
