package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of parameters as stated by its source.
 *
 * @param printed as printed, such as {@code 46.7B}: a number and K, M, B or T
 * @param counting how the source counts
 * @param source paper with table or section, model card or repository
 * @param note why this library's number differs, if by more than 1 %, or how the source counts;
 *     else empty
 */
public record Published(String printed, Counting counting, String source, String note) {
  private static final Pattern NUMBER = Pattern.compile("(\\d+(?:\\.\\d+)?)([KMBT])");

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Published {
    number(printed);
  }

  /** A number without a note. */
  static Published of(String printed, Counting counting, String source) {
    return new Published(printed, counting, source, "");
  }

  Published because(String reason) {
    return new Published(printed, counting, source, reason);
  }

  /** The number. */
  public double value() {
    Matcher number = number(printed);
    return Double.parseDouble(number.group(1)) * unit(number);
  }

  /** How much larger the count is, as a share of the published number. */
  public double difference(Architecture model) {
    return counting.count(model) / value() - 1;
  }

  /** Whether the count, rounded to as many digits as are printed, is the published number. */
  public boolean roundsFrom(Architecture model) {
    Matcher number = number(printed);
    double halfDigit = 0.5 * Math.pow(10, -new BigDecimal(number.group(1)).scale());
    double difference = counting.count(model) / unit(number) - Double.parseDouble(number.group(1));
    return Math.abs(difference) <= halfDigit;
  }

  private static Matcher number(String printed) {
    Matcher number = NUMBER.matcher(printed);
    Require.that(number.matches(), "printed must be a number and a unit but was %s", printed);
    return number;
  }

  private static double unit(Matcher number) {
    return Math.pow(1000, "KMBT".indexOf(number.group(2)) + 1.0);
  }
}
