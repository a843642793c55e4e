package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A rule over a linear gate, as most routers are. Parameters: {@code weight} [E,D] and, by option, {@code bias} [E]. */
public interface RuleProvider extends RouterProvider {
  /** Whether the gate has a bias. */
  NumberOption GATE_BIAS = NumberOption.whole("gateBias", "1 for a gate with bias", 0);

  /** The rule. */
  RoutingRule rule(RouterConfig config, RouterParts parts);

  @Override
  default List<NumberOption> options() {
    return List.of(GATE_BIAS);
  }

  @Override
  default Map<String, ParameterSpec> parameters(RouterConfig config) {
    return gateParameters(config);
  }

  @Override
  default Router build(RouterConfig config, RouterParts parts) {
    return GatedRouter.of(gate(config, parts), rule(config, parts));
  }

  /** Parameters of the gate. */
  static Map<String, ParameterSpec> gateParameters(RouterConfig config) {
    Map<String, ParameterSpec> all =
        new LinkedHashMap<>(LinearGate.parameterSpecs(config.experts(), config.modelWidth()));
    if (config.whole(GATE_BIAS) != 0) {
      all.put("bias", ParameterSpec.bias(config.experts()));
    }
    return all;
  }

  /** The gate over given arrays. */
  static LinearGate gate(RouterConfig config, RouterParts parts) {
    return config.whole(GATE_BIAS) == 0
        ? LinearGate.of(parts.array("weight"))
        : LinearGate.of(parts.array("weight"), parts.array("bias"));
  }
}
