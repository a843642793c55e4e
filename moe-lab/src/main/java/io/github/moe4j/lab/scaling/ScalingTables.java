package io.github.moe4j.lab.scaling;

import io.github.moe4j.lab.report.SeedSpread;
import java.util.List;
import java.util.Locale;

/** The series as Markdown tables: mean ± sample standard deviation over seeds; differences are by seed. */
public final class ScalingTables {
  private ScalingTables() {}

  /** By number of experts. */
  public static String byExperts(ExpertScaling scaling) {
    StringBuilder table = new StringBuilder("""
        | experts | k | parameters | bits per byte | difference to dense | difference to the row above |
        |---:|---:|---:|---:|---:|---:|
        """);
    List<ScalingPoint> points = scaling.byExperts();
    for (int i = 0; i < points.size(); i++) {
      ScalingPoint point = points.get(i);
      table.append(String.format(
          Locale.ROOT,
          "| %s | %d | %,d | %s | %s | %s |%n",
          point == scaling.dense() ? "dense" : point.experts(),
          point.k(),
          point.parameters(),
          text("%.4f", point.spread()),
          i == 0 ? "–" : text("%+.4f", point.minus(scaling.dense())),
          i == 0 ? "–" : text("%+.4f", point.minus(points.get(i - 1)))));
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
        | G | experts | k | hidden units of an expert | parameters | bits per byte | difference to G = 1 | difference to dense |
        |---:|---:|---:|---:|---:|---:|---:|---:|
        """);
    for (ScalingPoint point : points) {
      table.append(String.format(
          Locale.ROOT,
          "| %d | %d | %d | %d | %,d | %s | %s | %s |%n",
          point.k() / first.k(),
          point.experts(),
          point.k(),
          point.hidden(),
          point.parameters(),
          text("%.4f", point.spread()),
          point == first ? "–" : text("%+.4f", point.minus(first)),
          text("%+.4f", point.minus(scaling.dense()))));
    }
    return table.toString().stripTrailing();
  }

  private static String text(String format, SeedSpread spread) {
    String mean = String.format(Locale.ROOT, format, spread.mean());
    return spread.count() < 2
        ? mean
        : mean + " ± " + String.format(Locale.ROOT, "%.4f", spread.deviation());
  }
}
