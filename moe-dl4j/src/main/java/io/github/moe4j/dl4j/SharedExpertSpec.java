package io.github.moe4j.dl4j;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.dl4j.router.ParameterSpec;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * An expert that every token sees.
 *
 * @param network its kind and width
 * @param gated whether a sigmoid gate of the token scales its output
 */
public record SharedExpertSpec(
    @JsonProperty("network") ExpertSpec network,
    @JsonProperty("gated") boolean gated) implements Serializable {
  /** A shared expert. */
  @JsonCreator
  public SharedExpertSpec {
    // Nothing to check: the constructor is here for its annotation.
  }

  Map<String, ParameterSpec> parameters(int width) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    network.parameters(1, width).forEach((name, spec) -> all.put("network." + name, spec));
    if (gated) {
      all.put("gate.weight", ParameterSpec.weight(1, width));
    }
    return all;
  }

  FeedForward build(Function<String, INDArray> arrays) {
    Experts one = network.build(name -> arrays.apply("network." + name));
    return gated
        ? DenseFeedForward.gated(one, arrays.apply("gate.weight"))
        : DenseFeedForward.of(one);
  }
}
