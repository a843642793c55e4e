package io.github.moe4j.bench.peers;

import java.util.Arrays;

/**
 * The assignments, token after token, sorted by expert. Counting on the host takes less time than
 * sorting in PyTorch, and the counts are needed there anyway; oneDNN has no primitive that sorts.
 *
 * @param token of each row [N]
 * @param row of each assignment [N]
 * @param experts those that have rows
 * @param ends where the rows of each of these end, without the last
 */
public record SortedRows(long[] token, long[] row, int[] experts, long[] ends) {
  /**
   * Sorts.
   *
   * @param chosen expert of each assignment [T·K]. Not modified.
   */
  public static SortedRows of(long[] chosen, int allExperts, int k) {
    int[] next = new int[allExperts + 1];
    for (long expert : chosen) {
      next[(int) expert + 1]++;
    }
    int[] hit = new int[allExperts];
    long[] ends = new long[allExperts];
    int hits = 0;
    for (int e = 0; e < allExperts; e++) {
      if (next[e + 1] > 0) {
        hit[hits] = e;
        ends[hits++] = next[e] + next[e + 1];
      }
      next[e + 1] += next[e];
    }
    long[] token = new long[chosen.length];
    long[] row = new long[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      int r = next[(int) chosen[i]]++;
      token[r] = i / k;
      row[i] = r;
    }
    return new SortedRows(token, row, Arrays.copyOf(hit, hits), Arrays.copyOf(ends, hits - 1));
  }
}
