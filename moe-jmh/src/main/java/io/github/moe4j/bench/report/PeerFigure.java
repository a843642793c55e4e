package io.github.moe4j.bench.report;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a layer took in a system, as {@code peers} wrote it.
 *
 * @param shape name of the layer's sizes
 * @param pass forward or training
 * @param system name
 * @param comparedWith layer of this library with the same weights
 * @param median milliseconds
 * @param min milliseconds, or NaN
 * @param spread interquartile range in per cent of the median, or NaN
 * @param gflops 10^9 operations per second, or NaN
 * @param ratio time over that of this library, or NaN
 * @param ideal share of the measured machine peak in per cent, or NaN
 */
record PeerFigure(
    String shape,
    String pass,
    String system,
    String comparedWith,
    double median,
    double min,
    double spread,
    double gflops,
    double ratio,
    double ideal) {

  static PeerFigure of(JsonNode time) {
    return new PeerFigure(
        Fields.text(time, "shape"),
        Fields.text(time, "pass"),
        Fields.text(time, "system"),
        time.path("compared_with").asText(),
        Fields.required(time, "median_ms"),
        Fields.number(time.path("min_ms")),
        Fields.number(time.path("spread_percent")),
        Fields.number(time.path("gflops")),
        Fields.number(time.path("ratio_to_moe4j")),
        Fields.number(time.path("ideal_percent")));
  }
}
