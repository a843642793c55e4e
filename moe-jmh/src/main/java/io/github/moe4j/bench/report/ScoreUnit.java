package io.github.moe4j.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * A unit of JMH's scores: time an operation, operations a time, or something that is left as it is.
 *
 * @param kind units of one kind can be converted into each other
 * @param name as JMH writes it
 * @param factor a score times this is a score in seconds an operation or operations per second
 */
record ScoreUnit(String kind, String name, double factor) {
  private static final String TIME = "time";
  private static final String RATE = "rate";

  /** Seconds by JMH's abbreviation. */
  private static final Map<String, Double> SECONDS = new LinkedHashMap<>();

  static {
    SECONDS.put("ns", 1e-9);
    SECONDS.put("us", 1e-6);
    SECONDS.put("ms", 1e-3);
    SECONDS.put("s", 1.0);
    SECONDS.put("min", 60.0);
    SECONDS.put("hr", 3600.0);
    SECONDS.put("day", 86400.0);
  }

  static ScoreUnit of(String name) {
    String[] parts = name.split("/", -1);
    if (parts.length == 2) {
      if (parts[1].equals("op") && SECONDS.containsKey(parts[0])) {
        return time(parts[0]);
      }
      if (parts[0].equals("ops") && SECONDS.containsKey(parts[1])) {
        return rate(parts[1]);
      }
    }
    return new ScoreUnit(name, name, 1);
  }

  private static ScoreUnit time(String unit) {
    return new ScoreUnit(TIME, unit + "/op", SECONDS.getOrDefault(unit, 1.0));
  }

  private static ScoreUnit rate(String unit) {
    return new ScoreUnit(RATE, "ops/" + unit, 1 / SECONDS.getOrDefault(unit, 1.0));
  }

  /** Whether more is better. */
  boolean higherIsBetter() {
    return kind.equals(RATE);
  }

  /** What a score in this unit is multiplied with to be one in the other unit. */
  double to(ScoreUnit other) {
    return factor / other.factor;
  }

  /**
   * The unit up to seconds in which most scores are at least 1 and none needlessly large.
   *
   * @param scores in this unit
   */
  ScoreUnit readable(DoubleStream scores) {
    double[] sorted = scores.filter(v -> v > 0).map(v -> v * factor).sorted().toArray();
    if (sorted.length == 0 || !List.of(TIME, RATE).contains(kind)) {
      return this;
    }
    double median = sorted[(sorted.length - 1) / 2];
    Optional<ScoreUnit> largest = SECONDS.keySet().stream()
        .limit(4)
        .map(unit -> kind.equals(TIME) ? time(unit) : rate(unit))
        .filter(unit -> median / unit.factor >= 1)
        .max((a, b) -> Double.compare(a.factor, b.factor));
    ScoreUnit finest = kind.equals(TIME) ? time("ns") : rate("s");
    return largest.orElse(finest);
  }
}
