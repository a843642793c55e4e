package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k of the scores of {@code x·U[1−ε, 1+ε]} when training (Switch Transformers).
 *
 * @param k experts a token
 * @param epsilon in [0, 1)
 */
public record InputJitterRouter(
    @JsonProperty("k") int k, @JsonProperty("epsilon") double epsilon) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public InputJitterRouter {
    Rules.topK(k);
    Require.that(epsilon >= 0 && epsilon < 1, "epsilon must be in [0, 1) but was %s", epsilon);
  }

  @Override
  public RoutingRule rule() {
    return Rules.topK(k);
  }

  @Override
  public Router build(RouterParts parts) {
    LinearGate gate = LinearGate.of(parts.array("weight"));
    return GatedRouter.of(InputJitter.of(gate, epsilon), rule());
  }
}
