package io.github.moe4j.lab.study;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.cli.JsonFile;
import io.github.moe4j.cli.Samples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Turns the JMH result of {@code LossBenchmark} into a table with shares of the layer's pass. */
final class LossTimes {
  private static final String BENCHMARK = ".LossBenchmark.";

  private LossTimes() {}

  /**
   * The table in Markdown.
   *
   * @param result a JSON file that JMH wrote
   */
  static String table(Path result) throws IOException {
    JsonNode runs = JsonFile.read(result);
    double layer = Double.NaN;
    for (JsonNode run : runs) {
      layer = is(run, "layer") ? median(run) : layer;
    }
    StringBuilder table =
        new StringBuilder("| loss and gradient | µs | share of a layer's pass |\n");
    table.append("|---|---:|---:|\n");
    for (JsonNode run : runs) {
      if (is(run, "loss")) {
        String name = run.path("params").path("loss").asText();
        table.append(line(name, median(run), layer));
      }
    }
    return table.append(line("layer, forward", layer, layer)).toString();
  }

  private static boolean is(JsonNode run, String method) {
    return run.path("benchmark").asText().endsWith(BENCHMARK + method);
  }

  private static double median(JsonNode run) {
    return Samples.median(run.path("primaryMetric"));
  }

  private static String line(String name, double micros, double layer) {
    return String.format(
        Locale.ROOT, "| %s | %.0f | %.2f %% |%n", name, micros, 100 * micros / layer);
  }
}
