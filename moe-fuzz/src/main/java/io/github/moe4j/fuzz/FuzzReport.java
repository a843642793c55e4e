package io.github.moe4j.fuzz;

import java.util.Locale;

/**
 * A run that found no fault.
 *
 * @param target its name
 * @param unit what was counted
 * @param seed of the run
 * @param cases how many cases were run
 * @param tally what they did
 * @param nanos how long it took
 */
public record FuzzReport(
    String target, String unit, long seed, long cases, Tally tally, long nanos) {
  /** A line of a Markdown table: target, cases, units, outcomes, seconds, seed. */
  public String row() {
    return "| %s | %s | %s %s | %s | %s | %d |"
        .formatted(
            target,
            grouped(cases),
            grouped(tally.units()),
            unit,
            outcomes(),
            grouped(nanos / 1_000_000_000),
            seed);
  }

  private String outcomes() {
    StringBuilder text = new StringBuilder();
    tally
        .outcomes()
        .forEach((name, count) -> text.append(text.isEmpty() ? "" : ", ")
            .append(grouped(count))
            .append(' ')
            .append(name));
    return text.toString();
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
