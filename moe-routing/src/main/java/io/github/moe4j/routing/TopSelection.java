package io.github.moe4j.routing;

/** Picks the largest values of a row; equal values go to the lowest index. */
final class TopSelection {
  /** From this many on a heap is faster than insertion. */
  private static final int MANY = 24;

  private TopSelection() {}

  /**
   * The indices of the k largest of {@code values[from … from+length)}, largest first, relative to
   * {@code from}. Insertion into a short list, O(length·k), or a heap for long ones, O(length +
   * k·log length).
   *
   * @param values no NaN. Not modified.
   * @param chosen receives k indices. Modified.
   */
  static void largest(double[] values, int from, int length, int[] chosen) {
    if (chosen.length < MANY) {
      insert(values, from, length, chosen);
      return;
    }
    FallingOrder order = new FallingOrder(length);
    order.start(values, from, length);
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = order.next();
    }
  }

  private static void insert(double[] values, int from, int length, int[] chosen) {
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
