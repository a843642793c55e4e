package io.github.moe4j.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RouterBenchmarkTest {
  static Stream<RouterProvider> routers() {
    return RouterCatalogue.load().all().stream();
  }

  @ParameterizedTest
  @MethodSource("routers")
  void build_anyRouter_decidesAndGoesBack(RouterProvider router) {
    RouterBenchmark benchmark = new RouterBenchmark();
    benchmark.router = router.name();
    benchmark.size = router.traits().choices().readsK() ? "8x2" : "8";
    benchmark.build();
    assertTrue(benchmark.route() > 0);
    assertEquals(benchmark.route(), benchmark.routeAndBack());
  }

  @Test
  void build_aSizeThatTheRouterCannotHave_isOneClearError() {
    RouterBenchmark benchmark = new RouterBenchmark();
    benchmark.router = "switch";
    benchmark.size = "8x3";
    Exception e = assertThrows(IllegalArgumentException.class, benchmark::build);
    assertEquals(
        "router switch has a number of choices of its own (1): give the size 8, not 8x3",
        e.getMessage());
    benchmark.router = "top-k";
    benchmark.size = "8";
    e = assertThrows(IllegalArgumentException.class, benchmark::build);
    assertEquals("router top-k has k choices: give a size such as 8x2, not 8", e.getMessage());
  }

  private static Map<Set<String>, List<String>> runs(List<String> routers, String... sizes) {
    return RouterRuns.routersBySizes(
        routers.stream().map(RouterCatalogue.load()::get).toList(), List.of(sizes));
  }

  @Test
  void runs_routersWithAndWithoutK_haveTheirOwnSizes() {
    List<String> routers = List.of("top-k", "switch", "expert-choice", "gshard", "remoe");
    assertEquals(
        Map.of(
            Set.of("8x1", "8x3"),
            List.of("top-k", "expert-choice"),
            Set.of("8"),
            List.of("switch", "gshard", "remoe")),
        runs(routers, "8x1", "8x3"));
    assertEquals(
        Map.of(Set.of("8x2"), List.of("top-k"), Set.of("8", "64"), List.of("switch")),
        runs(List.of("top-k", "switch"), "8", "8x2", "64"));
    Exception e = assertThrows(IllegalArgumentException.class, () -> runs(routers, "8"));
    assertEquals("router top-k has k choices: give a size such as 8x2, not [8]", e.getMessage());
  }

  @Test
  void runs_areMadeOnlyIfThisBenchmarkAloneIsAskedFor() throws Exception {
    assertTrue(RouterRuns.areAskedFor(List.of("RouterBenchmark.route$", "-p", "router=top-k")));
    assertTrue(RouterRuns.areAskedFor(List.of("routeAndBack", "-p", "size=64x2")));
    assertFalse(RouterRuns.areAskedFor(List.of("RouterBenchmark", "-l")));
    assertFalse(RouterRuns.areAskedFor(List.of("RouterBenchmark", "LossBenchmark")));
    assertFalse(RouterRuns.areAskedFor(List.of()));
  }
}
