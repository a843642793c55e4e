package io.github.moe4j.lab.scaling;

import java.util.List;
import java.util.Locale;

/**
 * The series as Markdown tables: mean ± sample standard deviation over seeds; differences are paired by seed, with
 * their 95 % interval.
 */
public final class ScalingTables {
  private static final String FORMAT = "%.4f";
  private static final String NONE = "–";

  private ScalingTables() {}

  /** By number of experts. */
  public static String byExperts(ExpertScaling scaling) {
    StringBuilder table = new StringBuilder("""
        | experts | k | parameters | bits per byte | difference to dense | 95 % interval | difference to the row above |
        |---:|---:|---:|---:|---:|---:|---:|
        """);
    List<ScalingPoint> points = scaling.byExperts();
    for (int i = 0; i < points.size(); i++) {
      ScalingPoint point = points.get(i);
      table.append(String.format(
          Locale.ROOT,
          "| %s | %d | %,d | %s | %s | %s | %s |%n",
          point == scaling.dense() ? "dense" : point.experts(),
          point.k(),
          point.parameters(),
          point.spread().text(FORMAT),
          i == 0 ? NONE : point.minus(scaling.dense()).text(FORMAT),
          i == 0 ? NONE : point.minus(scaling.dense()).interval(FORMAT),
          i == 0 ? NONE : point.minus(points.get(i - 1)).text(FORMAT)));
    }
    return table.toString().stripTrailing();
  }

  /** By granularity; empty if the run has but one. */
  public static String byGranularity(ExpertScaling scaling) {
    List<ScalingPoint> points = scaling.byGranularity();
    if (points.isEmpty()) {
      return "";
    }
    ScalingPoint first = points.get(0);
    StringBuilder table = new StringBuilder("""
        | G | experts | k | hidden units of an expert | parameters | bits per byte | difference to G = 1 | 95 % interval | difference to dense |
        |---:|---:|---:|---:|---:|---:|---:|---:|---:|
        """);
    for (ScalingPoint point : points) {
      table.append(String.format(
          Locale.ROOT,
          "| %d | %d | %d | %d | %,d | %s | %s | %s | %s |%n",
          point.k() / first.k(),
          point.experts(),
          point.k(),
          point.hidden(),
          point.parameters(),
          point.spread().text(FORMAT),
          point == first ? NONE : point.minus(first).text(FORMAT),
          point == first ? NONE : point.minus(first).interval(FORMAT),
          point.minus(scaling.dense()).text(FORMAT)));
    }
    return table.toString().stripTrailing();
  }
}
