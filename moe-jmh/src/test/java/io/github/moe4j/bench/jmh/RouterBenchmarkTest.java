package io.github.moe4j.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.lab.routers.RouterSize;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RouterBenchmarkTest {
  static Stream<RouterProvider> routers() {
    return RouterCatalogue.load().all().stream();
  }

  private static RouterBenchmark benchmark(String router, int experts, String k) {
    RouterBenchmark benchmark = new RouterBenchmark();
    benchmark.router = router;
    benchmark.tokens = 33;
    benchmark.width = 5;
    benchmark.experts = experts;
    benchmark.k = k;
    return benchmark;
  }

  @ParameterizedTest
  @MethodSource("routers")
  void build_anyRouter_decidesAndGoesBack(RouterProvider router) {
    RouterBenchmark benchmark =
        benchmark(router.name(), 8, RouterSize.choices(router, 8, List.of("2")).get(0));
    benchmark.build();
    assertTrue(benchmark.route() > 0);
    assertEquals(benchmark.route(), benchmark.routeAndBack());
  }

  @Test
  void build_tokens_areThoseOfTheParameter() {
    RouterBenchmark benchmark = benchmark("top-k", 8, "3");
    benchmark.build();
    assertEquals(33 * 3, benchmark.route());
  }

  @Test
  void build_aKThatTheRouterCannotHave_isOneClearError() {
    Map<RouterBenchmark, String> wrong = Map.of(
        benchmark("switch", 8, "3"),
        "router switch has a number of choices of its own (1): k must be 1 but was 3",
        benchmark("top-p", 8, "3"),
        "router top-p has a number of choices of its own (by token): k must be own but was 3",
        benchmark("top-k", 8, "own"),
        "router top-k has k choices: k must be a number, at most E, but was own",
        benchmark("top-k", 8, "9"),
        "k must be in [1, E = 8] but was 9");
    wrong.forEach((benchmark, message) -> assertEquals(
        message, assertThrows(IllegalArgumentException.class, benchmark::build).getMessage()));
  }

  private static Map<RouterRuns.Size, List<String>> runs(
      List<String> routers, List<String> experts, String... k) {
    return RouterRuns.routersBySize(
        routers.stream().map(RouterCatalogue.load()::get).toList(), experts, List.of(k));
  }

  private static RouterRuns.Size size(int experts, String... k) {
    return new RouterRuns.Size(experts, List.of(k));
  }

  @Test
  void runs_routersOfTheirOwnNumber_doNotAppearUnderAnotherK() {
    List<String> routers = List.of("top-k", "switch", "expert-choice", "gshard", "remoe");
    assertEquals(
        Map.of(
            size(8, "1", "3"), List.of("top-k", "expert-choice"),
            size(8, "1"), List.of("switch"),
            size(8, "2"), List.of("gshard"),
            size(8, "own"), List.of("remoe")),
        runs(routers, List.of("8"), "1", "3"));
    assertEquals(
        Map.of(size(4, "2"), List.of("top-k"), size(16, "2", "8"), List.of("top-k")),
        runs(List.of("top-k"), List.of("4", "16"), "2", "8"));
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> runs(routers, List.of("8"), "9", "own"));
    assertEquals(
        "router top-k has k choices: k must be at most E = 8 but was [9, own]", e.getMessage());
  }

  @Test
  void runs_areMadeOnlyIfThisBenchmarkAloneIsAskedFor() throws Exception {
    assertTrue(RouterRuns.areAskedFor(List.of("RouterBenchmark.route$", "-p", "router=top-k")));
    assertTrue(RouterRuns.areAskedFor(List.of("routeAndBack", "-p", "k=2")));
    assertFalse(RouterRuns.areAskedFor(List.of("RouterBenchmark", "-l")));
    assertFalse(RouterRuns.areAskedFor(List.of("RouterBenchmark", "LossBenchmark")));
    assertFalse(RouterRuns.areAskedFor(List.of()));
  }
}
