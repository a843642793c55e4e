package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.BatchwiseMask;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Each expert its {@code k·T/E} best tokens when training, thresholds in evaluation (Shazeer et al.
 * 2017, appendix F); give it {@code BatchwiseBalance}, which trains the thresholds.
 *
 * @param k experts a token on average
 */
public record BatchwiseRouter(@JsonProperty("k") int k) implements RouterSpec {
  /** Checks the options. */
  @JsonCreator
  public BatchwiseRouter {
    Require.positive("k", k);
  }

  @Override
  public void requireFits(int experts) {
    Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
  }

  @Override
  public Map<String, ParameterSpec> parameters(int experts, int modelWidth) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    all.put("weight", ParameterSpec.weight(experts, modelWidth));
    all.put("rule.threshold", ParameterSpec.constant(0.5 / experts, experts));
    return all;
  }

  @Override
  public Router build(RouterParts parts) {
    LinearGate gate = LinearGate.of(parts.array("weight"));
    return GatedRouter.of(gate, BatchwiseMask.of(k, parts.array("rule.threshold")));
  }
}
