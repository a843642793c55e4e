package io.github.moe4j.dl4j;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.catalogue.ParameterSpec;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A shared expert, applied to every token.
 *
 * @param network its kind and width
 * @param gated whether a sigmoid gate of the token scales its output
 */
public record SharedExpertSpec(
    @JsonProperty("network") ExpertSpec network,
    @JsonProperty("gated") boolean gated) implements Serializable {
  /**
   * Checks the network.
   *
   * @throws IllegalArgumentException if its kind does not support a single expert
   */
  @JsonCreator
  public SharedExpertSpec {
    network.requireFits(1);
  }

  /**
   * A layer's shared expert, without its parameters.
   *
   * @param shared Not modified.
   * @throws IllegalArgumentException if it is no {@link DenseFeedForward}, or of no kind of the catalogue
   */
  public static SharedExpertSpec of(FeedForward shared) {
    if (shared instanceof DenseFeedForward dense) {
      return new SharedExpertSpec(ExpertSpec.of(dense.network()), dense.gate().isPresent());
    }
    throw new IllegalArgumentException("a shared expert must be a DenseFeedForward but was a "
        + shared.getClass().getSimpleName());
  }

  Map<String, ParameterSpec> parameters(int width) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    network.parameters(1, width).forEach((name, spec) -> all.put("network." + name, spec));
    if (gated) {
      all.put("gate.weight", ParameterSpec.weight(Initializer.kaimingUniform(), 1, width));
    }
    return all;
  }

  FeedForward build(int width, DataType type, Function<String, INDArray> arrays) {
    Experts one = network.build(1, width, type, name -> arrays.apply("network." + name));
    return gated
        ? DenseFeedForward.gated(one, arrays.apply("gate.weight"))
        : DenseFeedForward.of(one);
  }
}
