package io.github.moe4j.bench.conformance.family;

import io.github.moe4j.bench.conformance.ReferenceFamily;
import java.util.List;

/** The registry: every family that the library can be compared with. */
public final class Families {
  private Families() {}

  /** All families, by name. */
  public static List<ReferenceFamily> all() {
    return List.of(
        new HfLoadBalancingLoss(),
        new HfMixtralBlock(),
        new HfOlmoeBlock(),
        new HfQwen2MoeBlock(),
        new HfSwitchBlock(),
        new HfSwitchLosses(),
        new MegatronSwitchAuxLoss(),
        new MegatronZLoss(),
        new MistralInferenceMoe());
  }
}
