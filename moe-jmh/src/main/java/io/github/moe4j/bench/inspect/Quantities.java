package io.github.moe4j.bench.inspect;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers for people. */
final class Quantities {
  private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB");

  private Quantities() {}

  /** With separators: {@code 46,702,792,704}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** In powers of 1000, as sizes of files are given: {@code 93.41 GB}. */
  static String bytes(long bytes) {
    double rest = bytes;
    int unit = 0;
    while (rest >= 999.995 && unit < UNITS.size() - 1) {
      rest /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.2f %s", rest, UNITS.get(unit));
  }

  /** Such as {@code BF16 4.10 MB, F32 1.02 kB}. */
  static String byType(Map<String, Long> bytes) {
    return bytes.entrySet().stream()
        .map(type -> type.getKey() + " " + bytes(type.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** Four significant digits. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
