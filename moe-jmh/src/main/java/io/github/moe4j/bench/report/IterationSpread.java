package io.github.moe4j.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.cli.Samples;
import java.util.stream.DoubleStream;

/**
 * How far the iterations lie apart; NaN what the file does not tell.
 *
 * @param min smallest
 * @param median middle
 * @param max largest
 * @param iterations of all forks, or 0 if the file has no raw data
 */
record IterationSpread(double min, double median, double max, int iterations) {

  /** From the raw data of a JMH metric, else from its percentiles. */
  static IterationSpread of(JsonNode metric) {
    DoubleStream.Builder values = DoubleStream.builder();
    for (JsonNode fork : metric.path("rawData")) {
      fork.forEach(value -> values.add(Fields.number(value)));
    }
    double[] sorted = values.build().filter(Double::isFinite).sorted().toArray();
    int n = sorted.length;
    if (n == 0) {
      JsonNode percentiles = metric.path("scorePercentiles");
      return new IterationSpread(
          Fields.number(percentiles.path("0.0")),
          Samples.median(metric),
          Fields.number(percentiles.path("100.0")),
          0);
    }
    return new IterationSpread(sorted[0], Samples.median(sorted), sorted[n - 1], n);
  }

  IterationSpread times(double factor) {
    return new IterationSpread(min * factor, median * factor, max * factor, iterations);
  }
}
