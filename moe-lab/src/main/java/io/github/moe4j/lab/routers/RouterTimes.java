package io.github.moe4j.lab.routers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** Turns the JMH result of {@code RouterBenchmark} into a table with ratios to plain top-k. */
final class RouterTimes {
  private static final String BENCHMARK = ".RouterBenchmark.";
  private static final String BASELINE = "top-k";

  /** Nanoseconds per token by size and router. */
  private final Map<RouterSize, Map<String, Double>> times = new LinkedHashMap<>();

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
      for (JsonNode run : new ObjectMapper().readTree(result.toFile())) {
        if (run.path("benchmark").asText().endsWith(BENCHMARK + method)) {
          times.add(run);
        }
      }
    }
    return times.markdown();
  }

  private void add(JsonNode run) {
    JsonNode parameters = run.path("params");
    times
        .computeIfAbsent(
            RouterSize.parse(parameters.path("size").asText()), size -> new TreeMap<>())
        .put(
            parameters.path("router").asText(),
            run.path("primaryMetric").path("scorePercentiles").path("50.0").asDouble());
  }

  private String markdown() {
    StringBuilder table = new StringBuilder("| router |");
    times.keySet().forEach(size -> table.append(" ").append(size.title()).append(" |"));
    table.append("\n|---|").append("---:|".repeat(times.size())).append('\n');
    for (RouterProvider router : RouterCatalogue.load()) {
      table.append("| ").append(router.name()).append(" |");
      times.keySet().forEach(size -> table.append(cell(router, size)));
      table.append('\n');
    }
    return table.toString();
  }

  /** Time, and ratio to top-k of as many choices if there is one. */
  private String cell(RouterProvider router, RouterSize size) {
    Double time = times.get(size).get(router.name());
    if (time == null || !size.fits(router)) {
      return " |";
    }
    OptionalInt k = size.k().isPresent() ? size.k() : router.traits().choices().own(size.experts());
    Double baseline = k.isEmpty()
        ? null
        : times
            .getOrDefault(RouterSize.of(size.experts(), k.getAsInt()), Map.of())
            .get(BASELINE);
    return baseline == null
        ? String.format(Locale.ROOT, " %.0f |", time)
        : String.format(Locale.ROOT, " %.0f (%.1f) |", time, time / baseline);
  }
}
