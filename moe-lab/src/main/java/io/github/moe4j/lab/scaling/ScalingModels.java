package io.github.moe4j.lab.scaling;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The models of a run: a dense one; E experts with k choices for several E; and G·E₀ experts of 1/G the width with
 * k·G choices for several G (fine-grained experts, DeepSeekMoE, arXiv 2401.06066, section 3.1). All have equal
 * active operations apart from the gate's.
 *
 * @param router name of a router with k choices per token
 * @param experts numbers of experts E, each at least 2 and k
 * @param k choices per token
 * @param granularity values of G
 * @param from E₀, one of {@code experts}
 */
public record ScalingModels(
    String router, List<Integer> experts, int k, List<Integer> granularity, int from) {
  private static final String DENSE = "dense";

  /** Validates and copies. */
  public ScalingModels {
    experts = List.copyOf(experts);
    granularity = List.copyOf(granularity);
    Require.positive("k", k);
    Require.that(!experts.isEmpty(), "experts must not be empty");
    requireDistinct("experts", experts);
    requireDistinct("granularity", granularity);
    int fewest = Math.max(2, k);
    experts.forEach(e ->
        Require.that(e >= fewest, "experts must be at least %d, and k, but was %d", fewest, e));
    granularity.forEach(g -> Require.positive("granularity", g));
    if (granularity.stream().anyMatch(g -> g > 1)) {
      Require.that(
          experts.contains(from),
          "granularity-experts must be one of experts %s but was %d",
          experts,
          from);
    }
    Optional<RouterProvider> provider = RouterCatalogue.load().find(router);
    int most = k * granularity.stream().mapToInt(Integer::intValue).max().orElse(1);
    int sent = provider
        .map(p -> p.traits().choices().expected(Integer.MAX_VALUE, most))
        .orElse(most);
    Require.that(
        sent == most,
        "router must send a token to k = %d experts but %s sends it to %d",
        most,
        router,
        sent);
  }

  private static void requireDistinct(String name, List<Integer> values) {
    Require.that(
        values.stream().distinct().count() == values.size(), "%s must differ: %s", name, values);
  }

  /** The names of all models, as {@code lab --routers} takes them. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    names.add(DENSE);
    experts.forEach(e -> names.add("%s/E%d".formatted(router, e)));
    granularity.stream()
        .filter(g -> g > 1)
        .forEach(g -> names.add("%s/E%d/k%d".formatted(router, from * g, k * g)));
    return names;
  }
}
