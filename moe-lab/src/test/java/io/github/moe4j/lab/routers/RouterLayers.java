package io.github.moe4j.lab.routers;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterProvider;
import io.github.moe4j.testkit.RandomArrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;

/** Small layers around the routers of the registry. */
final class RouterLayers {
  private static final int HIDDEN = 2;

  private RouterLayers() {}

  /** The names of all routers. */
  static Stream<String> names() {
    return RouterCatalogue.load().names().stream();
  }

  /** A router of the registry before small gated experts; the same bits in every call; with {@code ofScores} x are
   * the scores of a linear gate. */
  static MoeLayer layer(
      String router, RouterConfig sizes, DataType type, CapacityRule rule, boolean ofScores) {
    RouterProvider provider = RouterCatalogue.load().get(router);
    Router made = ofScores
        ? ExampleRouter.ofScores(provider, sizes, type)
        : ExampleRouter.create(provider, sizes, type);
    ExpertOptions options =
        ExpertOptions.of(sizes.experts(), sizes.modelWidth(), HIDDEN).withDataType(type);
    GluExperts experts = GluExperts.create(options, 1);
    RandomArrays.fill(experts.parameters(), new SplittableRandom(2), 0.7);
    return MoeLayer.builder(made, experts).capacity(rule).build();
  }
}
