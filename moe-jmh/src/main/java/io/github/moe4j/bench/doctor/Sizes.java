package io.github.moe4j.bench.doctor;

import java.util.Locale;

/** Numbers of bytes as text, in powers of 1024. */
final class Sizes {
  private Sizes() {}

  /** Such as 48 KB, 1.5 MB, 8 GB. */
  static String text(long bytes) {
    double number = bytes / 1024.0;
    String unit = "KB";
    for (String larger : new String[] {"MB", "GB", "TB"}) {
      if (number >= 1024) {
        number /= 1024;
        unit = larger;
      }
    }
    return String.format(Locale.ROOT, "%.1f", number).replaceAll("\\.0$", "") + " " + unit;
  }
}
