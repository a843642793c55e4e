package io.github.moe4j.lab.routers;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.cli.JsonFile;
import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns the JMH result of {@code RouterBenchmark} into a table with ratios to plain top-k. */
final class RouterTimes {
  private static final String BENCHMARK = ".RouterBenchmark.";
  private static final String BASELINE = "top-k";
  private static final String UNIT = "us/op";
  private static final double NANOSECONDS = 1e3;

  private final Catalogue<RouterProvider> routers = RouterCatalogue.load();

  /** Nanoseconds per token by size and router. */
  private final Map<RouterSize, Map<String, Double>> times = new LinkedHashMap<>();

  /** T and D of all runs. */
  private @Nullable String input;

  private RouterTimes() {}

  /**
   * The table of one benchmark method in Markdown.
   *
   * @param results JSON files that JMH wrote
   * @param method such as {@code route}
   */
  static String table(List<Path> results, String method) throws IOException {
    RouterTimes times = new RouterTimes();
    for (Path result : results) {
      for (JsonNode run : JsonFile.read(result)) {
        if (run.path("benchmark").asText().endsWith(BENCHMARK + method)) {
          times.add(run);
        }
      }
    }
    return times.markdown();
  }

  private void add(JsonNode run) {
    JsonNode parameters = run.path("params");
    int tokens = parameters.path("tokens").asInt();
    Require.that(
        tokens > 0, "a run of RouterBenchmark must have its number of tokens as a parameter");
    String unit = run.path("primaryMetric").path("scoreUnit").asText();
    Require.that(
        unit.equals(UNIT), "RouterBenchmark must be measured in %s but was in %s", UNIT, unit);
    String of = "T %d and D %s".formatted(tokens, parameters.path("width").asText());
    Require.that(
        input == null || input.equals(of),
        "a table must be of one T and D but there are %s, and %s",
        input,
        of);
    input = of;
    RouterProvider router = routers.get(parameters.path("router").asText());
    RouterSize size = RouterSize.of(
        router, parameters.path("experts").asInt(), parameters.path("k").asText());
    double call =
        run.path("primaryMetric").path("scorePercentiles").path("50.0").asDouble();
    times
        .computeIfAbsent(size, any -> new TreeMap<>())
        .put(router.name(), call * NANOSECONDS / tokens);
  }

  private String markdown() {
    StringBuilder table = new StringBuilder("| router |");
    times.keySet().forEach(size -> table.append(" ").append(size.title()).append(" |"));
    table.append("\n|---|").append("---:|".repeat(times.size())).append('\n');
    for (RouterProvider router : routers) {
      table.append("| ").append(router.name()).append(" |");
      times.keySet().forEach(size -> table.append(cell(router, size)));
      table.append('\n');
    }
    return table.toString();
  }

  /** Time, and ratio to top-k of as many choices if there is one. */
  private String cell(RouterProvider router, RouterSize size) {
    Double time = times.get(size).get(router.name());
    if (time == null) {
      return " |";
    }
    OptionalInt k = size.k().isPresent() ? size.k() : router.traits().choices().own(size.experts());
    Double baseline = k.isEmpty()
        ? null
        : times.getOrDefault(new RouterSize(size.experts(), k), Map.of()).get(BASELINE);
    return baseline == null
        ? String.format(Locale.ROOT, " %.0f |", time)
        : String.format(Locale.ROOT, " %.0f (%.1f) |", time, time / baseline);
  }
}
