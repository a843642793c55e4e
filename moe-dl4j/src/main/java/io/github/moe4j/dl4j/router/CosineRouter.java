package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.CosineGate;
import io.github.moe4j.routing.GatedRouter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k of cosines in a projected space (X-MoE).
 *
 * @param k experts a token
 * @param projection width of that space
 */
public record CosineRouter(
    @JsonProperty("k") int k, @JsonProperty("projection") int projection) implements RouterSpec {
  /** Checks the options. */
  @JsonCreator
  public CosineRouter {
    Rules.topK(k);
    Require.positive("projection", projection);
  }

  @Override
  public void requireFits(int experts) {
    Rules.topK(k).requireFits(experts);
  }

  @Override
  public Map<String, ParameterSpec> parameters(int experts, int modelWidth) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    all.put("projector.weight", ParameterSpec.weight(projection, modelWidth));
    all.put("projector.bias", ParameterSpec.bias(projection));
    all.put("similarity", ParameterSpec.weight(projection, experts));
    all.put("temperature", ParameterSpec.constant(Math.log(2), 1));
    return all;
  }

  @Override
  public Router build(RouterParts parts) {
    CosineGate gate = CosineGate.of(
        parts.array("projector.weight"),
        parts.array("projector.bias"),
        parts.array("similarity"),
        parts.array("temperature"));
    return GatedRouter.of(gate, Rules.topK(k));
  }
}
