package io.github.moe4j.routing;

/** Picks the largest values of a row; equal values go to the lowest index. */
final class TopSelection {
  private TopSelection() {}

  /**
   * The indices of the k largest of {@code values[from … from+length)}, largest first, relative to
   * {@code from}. Insertion into a short list: O(length·k), no sorting of the whole row.
   *
   * @param chosen receives k indices. Modified.
   */
  static void largest(double[] values, int from, int length, int[] chosen) {
    int k = chosen.length;
    int size = 0;
    for (int i = 0; i < length; i++) {
      double value = values[from + i];
      if (size == k && value <= values[from + chosen[k - 1]]) {
        continue;
      }
      int place = size < k ? size++ : k - 1;
      while (place > 0 && value > values[from + chosen[place - 1]]) {
        chosen[place] = chosen[place - 1];
        place--;
      }
      chosen[place] = i;
    }
  }
}
