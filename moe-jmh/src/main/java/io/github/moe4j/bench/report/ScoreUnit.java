package io.github.moe4j.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;

/**
 * A unit of scores: time an operation or token, operations or tokens a time, or something that is left as it is.
 *
 * @param kind units of one kind, and of the same {@code per}, can be converted into each other
 * @param per what is counted: {@code op}, a call, or {@code token}
 * @param name as JMH writes it, with {@code per}
 * @param factor a score times this is one in seconds, or in {@code per} a second
 */
record ScoreUnit(String kind, String per, String name, double factor) {
  private static final String OPERATION = "op";
  private static final String TOKEN = "token";
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

  /**
   * The unit that JMH wrote. Where an operation processes a known number of tokens, scores in it are shown
   * per token.
   *
   * @param name as JMH writes it
   * @param tokens of one operation, if known
   */
  static ScoreUnit of(String name, OptionalInt tokens) {
    String[] parts = name.split("/", -1);
    String per = tokens.isPresent() ? TOKEN : OPERATION;
    if (parts.length == 2) {
      if (parts[1].equals("op") && SECONDS.containsKey(parts[0])) {
        return time(parts[0], per).times(1.0 / tokens.orElse(1));
      }
      if (parts[0].equals("ops") && SECONDS.containsKey(parts[1])) {
        return rate(parts[1], per).times(tokens.orElse(1));
      }
    }
    return new ScoreUnit(name, OPERATION, name, 1);
  }

  private static ScoreUnit time(String unit, String per) {
    return new ScoreUnit(TIME, per, unit + "/" + per, SECONDS.getOrDefault(unit, 1.0));
  }

  private static ScoreUnit rate(String unit, String per) {
    return new ScoreUnit(RATE, per, per + "s/" + unit, 1 / SECONDS.getOrDefault(unit, 1.0));
  }

  private ScoreUnit times(double amount) {
    return new ScoreUnit(kind, per, name, factor * amount);
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
        .map(unit -> kind.equals(TIME) ? time(unit, per) : rate(unit, per))
        .filter(unit -> median / unit.factor >= 1)
        .max((a, b) -> Double.compare(a.factor, b.factor));
    ScoreUnit finest = kind.equals(TIME) ? time("ns", per) : rate("s", per);
    return largest.orElse(finest);
  }
}
