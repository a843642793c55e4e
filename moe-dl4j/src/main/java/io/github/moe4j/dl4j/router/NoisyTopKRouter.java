package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.Router;
import io.github.moe4j.routing.LearnedNoise;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.NoisyTopK;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k of logits with noise of learned width when training (Shazeer et al. 2017).
 *
 * @param k experts a token
 */
public record NoisyTopKRouter(@JsonProperty("k") int k) implements RouterSpec {
  private static final double EPSILON = 1e-2;

  /** Checks the options. */
  @JsonCreator
  public NoisyTopKRouter {
    Rules.topK(k);
  }

  @Override
  public void requireFits(int experts) {
    Rules.topK(k).requireFits(experts);
  }

  @Override
  public Map<String, ParameterSpec> parameters(int experts, int modelWidth) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    all.put("weight", ParameterSpec.weight(experts, modelWidth));
    all.put("noise.weight", ParameterSpec.constant(0, experts, modelWidth));
    return all;
  }

  @Override
  public Router build(RouterParts parts) {
    return NoisyTopK.of(
        LinearGate.of(parts.array("weight")),
        LearnedNoise.of(LinearGate.of(parts.array("noise.weight")), EPSILON),
        Rules.topK(k));
  }
}
