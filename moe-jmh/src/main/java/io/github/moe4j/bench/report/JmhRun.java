package io.github.moe4j.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.core.internal.Require;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A benchmark with one combination of parameters, as JMH wrote it.
 *
 * @param benchmark full name of the class
 * @param method of the class
 * @param mode as JMH abbreviates it, such as avgt
 * @param threads that called the method at once
 * @param params by name, in the file's order
 * @param unit of score and spread
 * @param score JMH's mean of all iterations
 * @param error half the width of its 99.9 % confidence interval, or NaN
 * @param spread of the iterations
 * @param garbage bytes per call, or NaN without {@code -prof gc}
 */
record JmhRun(
    String benchmark,
    String method,
    String mode,
    int threads,
    Map<String, String> params,
    String unit,
    double score,
    double error,
    IterationSpread spread,
    double garbage) {

  private static final String TOKENS = "tokens";
  private static final String GARBAGE = "gc.alloc.rate.norm";

  static JmhRun of(JsonNode run) {
    String name = Fields.text(run, "benchmark");
    JsonNode metric = run.path("primaryMetric");
    Require.that(metric.isObject(), "has no \"primaryMetric\"");
    Require.that(metric.has("score"), "has no \"score\" in its primaryMetric");
    int dot = name.lastIndexOf('.');
    Map<String, String> params = new LinkedHashMap<>();
    run.path("params")
        .properties()
        .forEach(param -> params.put(param.getKey(), param.getValue().asText()));
    return new JmhRun(
        dot < 0 ? "" : name.substring(0, dot),
        name.substring(dot + 1),
        run.path("mode").asText(),
        run.path("threads").asInt(1),
        params,
        Fields.text(metric, "scoreUnit"),
        Fields.number(metric.path("score")),
        Fields.number(metric.path("scoreError")),
        IterationSpread.of(metric),
        garbage(run.path("secondaryMetrics")));
  }

  /** Tokens of one call, where that is a parameter. */
  OptionalInt tokens() {
    String value = params.getOrDefault(TOKENS, "");
    return value.matches("[1-9]\\d{0,8}")
        ? OptionalInt.of(Integer.parseInt(value))
        : OptionalInt.empty();
  }

  /** JMH before 1.36 wrote a dot before the profiler's metrics. */
  private static double garbage(JsonNode metrics) {
    JsonNode metric = metrics.has(GARBAGE) ? metrics.path(GARBAGE) : metrics.path("·" + GARBAGE);
    return Fields.number(metric.path("score"));
  }
}
