package io.github.moe4j.bench.report;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run of JMH in the unit of its group.
 *
 * @param file number of the file, from 0
 * @param method of the benchmark's class
 * @param params by name
 * @param score mean of all iterations
 * @param error half the width of its 99.9 % confidence interval, or NaN
 * @param uncertain whether the error is above a tenth of the score, or not known
 * @param spread of the iterations
 * @param garbage bytes per call, or NaN
 * @param ratio to the first file with the same run; null in that file and without such a run
 */
record Figure(
    int file,
    String method,
    Map<String, String> params,
    double score,
    double error,
    boolean uncertain,
    IterationSpread spread,
    double garbage,
    @Nullable Ratio ratio) {
  private static final double LARGEST_ERROR = 0.1;

  static Figure of(int file, JmhRun run, Map<String, String> params, double factor) {
    return new Figure(
        file,
        run.method(),
        params,
        run.score() * factor,
        run.error() * factor,
        !(run.error() <= LARGEST_ERROR * Math.abs(run.score())), // NaN, too
        run.spread().times(factor),
        run.garbage(),
        null);
  }

  boolean sameRun(Figure other) {
    return method.equals(other.method) && params.equals(other.params);
  }

  Figure comparedWith(Figure first) {
    return new Figure(
        file, method, params, score, error, uncertain, spread, garbage, Ratio.of(this, first));
  }
}
