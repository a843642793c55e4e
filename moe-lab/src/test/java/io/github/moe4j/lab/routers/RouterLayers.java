package io.github.moe4j.lab.routers;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.testkit.RandomArrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Small layers around the routers of the registry. */
final class RouterLayers {
  private static final int HIDDEN = 2;

  private RouterLayers() {}

  /** The names of all routers. */
  static Stream<String> names() {
    return RouterCatalogue.all().stream().map(RouterEntry::name);
  }

  /** A router of the registry before small gated experts; the same bits in every call. */
  static MoeLayer layer(String router, RouterSizes sizes, CapacityRule rule) {
    Router made = RouterCatalogue.named(router).factory().create(sizes);
    ExpertOptions options = ExpertOptions.of(sizes.experts(), sizes.modelWidth(), HIDDEN)
        .withDataType(sizes.dataType());
    GluExperts experts = GluExperts.create(options, 1);
    RandomArrays.fill(experts.parameters(), new SplittableRandom(2), 0.7);
    return MoeLayer.builder(made, experts).capacity(rule).build();
  }
}
