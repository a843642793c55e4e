package io.github.moe4j.bench.jmh;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.internal.Require;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Turns the JMH result of {@code StageBenchmark} and {@code MoeLayerBenchmark} into a table. */
final class StageTable {
  /** Columns by the end of a benchmark's name, in the order of a pass. */
  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put(".StageBenchmark.route", "route");
    COLUMNS.put(".StageBenchmark.plan", "plan");
    COLUMNS.put(".StageBenchmark.gather", "gather");
    COLUMNS.put(".StageBenchmark.experts", "experts");
    COLUMNS.put(".StageBenchmark.combine", "combine");
    COLUMNS.put(".StageBenchmark.expertsBackward", "experts, training");
    COLUMNS.put(".MoeLayerBenchmark.forward", "layer");
    COLUMNS.put(".MoeLayerBenchmark.forwardBackward", "layer, training");
  }

  private static final Map<String, Double> MICROS =
      Map.of("ns/op", 1e-3, "us/op", 1.0, "ms/op", 1e3, "s/op", 1e6);

  /** The profiler's metric; JMH before 1.36 wrote a dot before it. */
  private static final List<String> GARBAGE = List.of("gc.alloc.rate.norm", "·gc.alloc.rate.norm");

  /** Routing is measured without a given load: that of its random weights is roughly uniform. */
  private static final String LOAD_OF_ROUTER = "uniform";

  /** Cells by shape, load and column, in the order in which the file has them. */
  private final Map<String, Map<String, Map<String, String>>> rows = new LinkedHashMap<>();

  private StageTable() {}

  /**
   * The table in Markdown; an error if there is nothing to show, or no figures of the GC profiler.
   *
   * @param result what JMH wrote
   */
  static String of(JsonNode result) {
    StageTable table = new StageTable();
    for (JsonNode run : result) {
      String benchmark = run.path("benchmark").asText();
      COLUMNS.keySet().stream()
          .filter(benchmark::endsWith)
          .forEach(name -> table.add(run, Objects.requireNonNull(COLUMNS.get(name))));
    }
    Require.that(!table.rows.isEmpty(), "it has no run of StageBenchmark or MoeLayerBenchmark");
    return caption(result.path(0)) + "\n\n" + table.markdown();
  }

  private static String caption(JsonNode run) {
    return "µs per call, in brackets KB (1000 bytes) of garbage; medians of %d × %d iterations; JDK %s."
        .formatted(
            run.path("forks").asInt(),
            run.path("measurementIterations").asInt(),
            run.path("jdkVersion").asText());
  }

  private void add(JsonNode run, String column) {
    JsonNode parameters = run.path("params");
    JsonNode time = run.path("primaryMetric");
    String unit = time.path("scoreUnit").asText();
    Double micros = MICROS.get(unit);
    Require.that(
        micros != null, "times must be in ns/op, us/op, ms/op or s/op but one was %s", unit);
    rows.computeIfAbsent(parameters.path("shape").asText(), shape -> new LinkedHashMap<>())
        .computeIfAbsent(
            parameters.path("load").asText(LOAD_OF_ROUTER), load -> new LinkedHashMap<>())
        .put(
            column,
            "%s (%s)"
                .formatted(
                    number(Samples.median(time) * Objects.requireNonNull(micros)),
                    number(garbage(run) / 1e3)));
  }

  private static double garbage(JsonNode run) {
    JsonNode metrics = run.path("secondaryMetrics");
    for (String name : GARBAGE) {
      if (metrics.has(name)) {
        return Samples.median(metrics.path(name));
      }
    }
    throw new IllegalArgumentException(
        "it has no figures of the GC profiler: run jmh with -prof gc");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 99.95 ? "%.1f" : "%.0f", value);
  }

  private String markdown() {
    List<String> columns = COLUMNS.values().stream()
        .filter(column -> rows.values().stream()
            .flatMap(loads -> loads.values().stream())
            .anyMatch(cells -> cells.containsKey(column)))
        .toList();
    StringBuilder table = new StringBuilder("| shape | load | ")
        .append(String.join(" | ", columns))
        .append(" |\n|---|---|")
        .append("---:|".repeat(columns.size()))
        .append('\n');
    rows.forEach((shape, loads) -> loads.forEach((load, cells) -> {
      table.append("| %s | %s |".formatted(shape, load));
      columns.forEach(column ->
          table.append(cells.containsKey(column) ? " " + cells.get(column) : "").append(" |"));
      table.append('\n');
    }));
    return table.toString();
  }
}
