package io.github.moe4j.bench.report;

/** Results as JMH and {@code peers} write them, small. */
final class ResultTexts {
  static final String HOSTILE = "</script><script>alert(1)</script><!-- & \u2028";

  private ResultTexts() {}

  /** An array of JSON. */
  static String all(String... entries) {
    return "[" + String.join(",\n", entries) + "]";
  }

  /**
   * A run of JMH.
   *
   * @param params JSON
   * @param score of all iterations
   * @param error JSON, for JMH writes "NaN" as a text
   * @param unit of score and raw data
   * @param raw JSON
   */
  static String run(
      String benchmark, String params, double score, String error, String unit, String raw) {
    return """
        {"jmhVersion": "1.37", "benchmark": "%s", "mode": "avgt", "threads": 1, "forks": 2,
         "jvm": "/home/someone/java", "jvmArgs": ["-Xmx1g"], "jdkVersion": "17.0.1",
         "vmName": "OpenJDK", "vmVersion": "17+1", "warmupIterations": 1, "warmupTime": "10 s",
         "measurementIterations": 3, "measurementTime": "1 s", "params": %s,
         "primaryMetric": {"score": %s, "scoreError": %s, "scoreUnit": "%s", "rawData": %s},
         "secondaryMetrics": {}}""".formatted(benchmark, params, score, error, unit, raw);
  }

  /** A run of a router. */
  static String router(String router, double score, String error, String unit) {
    return run(
        "a.b.RouterBenchmark.route",
        "{\"router\": \"%s\", \"size\": \"8x2\"}".formatted(router),
        score,
        error,
        unit,
        "[[%s, %s]]".formatted(score - 1, score + 1));
  }

  /** A time of {@code peers}. */
  static String peer(String system, double median, double ratio) {
    return """
        {"shape": "small", "pass": "forward", "system": "%s", "compared_with": "moe4j",
         "median_ms": %s, "min_ms": 5.5, "spread_percent": 11.0, "gflops": 136.0,
         "ratio_to_moe4j": %s}""".formatted(system, median, ratio);
  }
}
