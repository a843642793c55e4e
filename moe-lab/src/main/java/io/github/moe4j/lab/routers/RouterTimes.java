package io.github.moe4j.lab.routers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Turns the JMH result of {@code RouterBenchmark} into a table with ratios to plain top-k. */
final class RouterTimes {
  private static final String BENCHMARK = ".RouterBenchmark.";
  private static final String BASELINE = "top-k";

  /** Nanoseconds per token by size ExK and router. */
  private final Map<String, Map<String, Double>> times = new LinkedHashMap<>();

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
        .computeIfAbsent(parameters.path("size").asText(), size -> new TreeMap<>())
        .put(
            parameters.path("router").asText(),
            run.path("primaryMetric").path("scorePercentiles").path("50.0").asDouble());
  }

  private String markdown() {
    StringBuilder table = new StringBuilder("| router |");
    times
        .keySet()
        .forEach(size -> table.append(" E %s, k %s |".formatted((Object[]) size.split("x"))));
    table.append("\n|---|").append("---:|".repeat(times.size())).append('\n');
    for (RouterEntry entry : RouterCatalogue.all()) {
      table.append("| ").append(entry.name()).append(" |");
      times.forEach((size, ofRouter) -> table.append(cell(entry, size, ofRouter)));
      table.append('\n');
    }
    return table.toString();
  }

  /** Time and ratio; routers with a number of choices of their own appear once for each E. */
  private String cell(RouterEntry entry, String size, Map<String, Double> ofRouter) {
    Double time = ofRouter.get(entry.name());
    Double baseline = ofRouter.get(BASELINE);
    boolean followsK = entry.facts().choices().startsWith("k");
    if (time == null || baseline == null || !(followsK || isFirstOfItsExperts(size))) {
      return " |";
    }
    return String.format(Locale.ROOT, " %.0f (%.1f) |", time, time / baseline);
  }

  private boolean isFirstOfItsExperts(String size) {
    String experts = size.substring(0, size.indexOf('x') + 1);
    return times.keySet().stream()
        .filter(other -> other.startsWith(experts))
        .findFirst()
        .filter(size::equals)
        .isPresent();
  }
}
