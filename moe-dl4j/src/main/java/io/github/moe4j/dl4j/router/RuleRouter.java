package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.Router;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import java.util.Map;

/** A rule over a linear gate, as most routers are. */
public interface RuleRouter extends RouterSpec {
  /** The rule. */
  RoutingRule rule();

  @Override
  default void requireFits(int experts) {
    rule().requireFits(experts);
  }

  @Override
  default Map<String, ParameterSpec> parameters(int experts, int modelWidth) {
    return Map.of("weight", ParameterSpec.weight(experts, modelWidth));
  }

  @Override
  default Router build(RouterParts parts) {
    return GatedRouter.of(LinearGate.of(parts.array("weight")), rule());
  }
}
