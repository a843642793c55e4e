package io.github.moe4j.fuzz;

import java.util.Map;
import java.util.TreeMap;

/** What a target did: units in total, and how many had each outcome. Not thread-safe. */
public final class Tally {
  private final Map<String, Long> outcomes = new TreeMap<>();
  private long units;

  /** Counts one unit with its outcome, such as {@code refused}. */
  public void add(String outcome) {
    units++;
    outcomes.merge(outcome, 1L, Long::sum);
  }

  /** Counts something about a unit that was counted already, such as that its outputs were compared. */
  public void note(String what) {
    outcomes.merge(what, 1L, Long::sum);
  }

  /** All units so far. */
  public long units() {
    return units;
  }

  /** How many units had each outcome, by name. */
  public Map<String, Long> outcomes() {
    return new TreeMap<>(outcomes);
  }
}
