package io.github.moe4j.core.internal;

/** Orders of the indices of an array in which equals keep their order; without boxing. */
public final class StableOrder {
  private StableOrder() {}

  /**
   * The indices of the largest value first, by merging ever longer runs: O(n log n).
   *
   * @param values no NaN. Not modified.
   */
  public static int[] descending(double[] values) {
    int[] from = identity(values.length);
    int[] to = new int[values.length];
    // In long, since twice a run may be above the largest int.
    for (long run = 1; run < values.length; run *= 2) {
      for (long start = 0; start < values.length; start += 2 * run) {
        int middle = (int) Math.min(start + run, values.length);
        int end = (int) Math.min(start + 2 * run, values.length);
        merge(values, from, (int) start, middle, end, to);
      }
      int[] merged = to;
      to = from;
      from = merged;
    }
    return from;
  }

  private static void merge(double[] values, int[] from, int start, int middle, int end, int[] to) {
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      // The left run wins ties: its indices are lower.
      boolean takeLeft =
          left < middle && (right == end || values[from[left]] >= values[from[right]]);
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }

  /**
   * Indices reordered by the smallest key first: a counting sort, O(n + bound).
   *
   * @param keys key of each index, in [0, bound). Not modified.
   * @param indices the order before. Not modified.
   */
  public static int[] ascending(int[] keys, int bound, int[] indices) {
    int[] next = new int[bound + 1];
    for (int i : indices) {
      next[keys[i] + 1]++;
    }
    for (int key = 0; key < bound; key++) {
      next[key + 1] += next[key];
    }
    int[] result = new int[indices.length];
    for (int i : indices) {
      result[next[keys[i]]++] = i;
    }
    return result;
  }

  /** The indices 0 … length − 1. */
  public static int[] identity(int length) {
    int[] indices = new int[length];
    for (int i = 0; i < length; i++) {
      indices[i] = i;
    }
    return indices;
  }
}
