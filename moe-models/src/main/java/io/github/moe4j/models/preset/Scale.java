package io.github.moe4j.models.preset;

/** Widths of a smaller model in the ratios of a larger one. */
final class Scale {
  private Scale() {}

  /** The nearest whole number to {@code width·to/from}, at least 1. */
  static int width(int width, int from, int to) {
    return Math.toIntExact(Math.max(1, Math.round((double) width * to / from)));
  }
}
