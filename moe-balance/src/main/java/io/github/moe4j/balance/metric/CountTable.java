package io.github.moe4j.balance.metric;

import io.github.moe4j.core.internal.Require;

/** Tables of counts: their sum, and the check of a place in them. */
final class CountTable {
  private CountTable() {}

  /**
   * A new table.
   *
   * @param a rows of equal length. Not modified.
   * @param b a table of the same shape. Not modified.
   */
  static long[][] sum(long[][] a, long[][] b) {
    long[][] sum = new long[a.length][];
    for (int r = 0; r < a.length; r++) {
      sum[r] = a[r].clone();
      for (int c = 0; c < sum[r].length; c++) {
        sum[r][c] += b[r][c];
      }
    }
    return sum;
  }

  /** Throws unless {@code value} is in [0, size). */
  static void index(String name, int value, int size) {
    // Checked before the call: its arguments would be boxed for every place.
    if (value < 0 || value >= size) {
      Require.that(false, "%s must be in [0, %d) but was %d", name, size, value);
    }
  }
}
