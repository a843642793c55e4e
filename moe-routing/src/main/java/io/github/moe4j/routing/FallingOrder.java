package io.github.moe4j.routing;

/**
 * The indices of a row of values one after another, those of the largest first, equal ones by index:
 * a heap, O(n) to start with and O(log n) for each index, so that a few of many come cheap.
 */
final class FallingOrder {
  private final double[] values;
  private final int[] indices;
  private int size;

  /** An order for rows of at most this length, one after another. */
  FallingOrder(int length) {
    this.values = new double[length];
    this.indices = new int[length];
  }

  /**
   * Begins with the values {@code [from, from + length)} of a row.
   *
   * @param row no NaN. Not modified.
   */
  void start(double[] row, int from, int length) {
    System.arraycopy(row, from, values, 0, length);
    for (int i = 0; i < length; i++) {
      indices[i] = i;
    }
    size = length;
    for (int i = length / 2 - 1; i >= 0; i--) {
      sink(i, values[i], indices[i]);
    }
  }

  /** The next index, relative to the start of the row; there must be one. */
  int next() {
    int best = indices[0];
    size--;
    sink(0, values[size], indices[size]);
    return best;
  }

  /** Puts a value where nothing below it is larger, from a free place downwards. */
  private void sink(int free, double value, int index) {
    int place = free;
    int child = 2 * place + 1;
    while (child < size) {
      int other = child + 1;
      if (other < size && isBefore(values[other], indices[other], values[child], indices[child])) {
        child = other;
      }
      if (!isBefore(values[child], indices[child], value, index)) {
        break;
      }
      values[place] = values[child];
      indices[place] = indices[child];
      place = child;
      child = 2 * place + 1;
    }
    values[place] = value;
    indices[place] = index;
  }

  private static boolean isBefore(double a, int indexOfA, double b, int indexOfB) {
    return a > b || (a == b && indexOfA < indexOfB);
  }
}
