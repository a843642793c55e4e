package io.github.moe4j.bench.params;

import java.util.Locale;

/** Large numbers for people. */
final class SiFormat {
  private SiFormat() {}

  /** Four digits and a unit: {@code 46.70B}. */
  static String of(double value) {
    int unit = 0;
    double rest = value;
    while (rest >= 999.95 && unit < 4) {
      rest /= 1000;
      unit++;
    }
    String digits = unit == 0 ? "%.0f" : rest < 10 ? "%.3f" : rest < 100 ? "%.2f" : "%.1f";
    return String.format(Locale.ROOT, digits, rest) + (unit == 0 ? "" : "KMBT".charAt(unit - 1));
  }

  /** With a sign, in per cent. */
  static String percent(double share) {
    String text = String.format(Locale.ROOT, "%+.2f %%", 100 * share);
    return text.equals("-0.00 %") ? "+0.00 %" : text;
  }

  /** Gigabytes of a thousand million bytes each. */
  static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f", bytes / 1e9);
  }
}
