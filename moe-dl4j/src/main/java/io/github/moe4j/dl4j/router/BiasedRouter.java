package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Router;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import java.util.Map;

/** A rule over a linear gate that chooses by scores plus a selection bias. */
public interface BiasedRouter extends RouterSpec {
  /** The rule with a bias. */
  RoutingRule rule(ExpertBias bias);

  /** How far an iteration moves the bias of an expert, against the load. */
  @Override
  double biasRate();

  @Override
  default void requireFits(int experts) {
    rule(ExpertBias.zeros(experts)).requireFits(experts);
  }

  @Override
  default Map<String, ParameterSpec> parameters(int experts, int modelWidth) {
    return Map.of("weight", ParameterSpec.weight(experts, modelWidth));
  }

  @Override
  default Router build(RouterParts parts) {
    return GatedRouter.of(LinearGate.of(parts.array("weight")), rule(parts.bias()));
  }
}
