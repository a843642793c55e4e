package io.github.moe4j.core.internal.experts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Rows of one expert that one thread works on, from projection to projection, while they are in its
 * cache.
 *
 * <p>Blocks depend on the load alone, never on the number of Java threads, and none is shared between
 * two: so the bits of a pass do not depend on that number.
 *
 * @param expert in [0, E)
 * @param from first row
 * @param to row after the last, above {@code from}
 */
public record RowBlock(int expert, int from, int to) {
  /** BLAS packs the expert's weights once a block, so blocks must not be small. */
  private static final int MOST_ROWS = 512;

  /**
   * Cuts the rows of all experts into blocks, the largest first.
   *
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   */
  public static List<RowBlock> of(int[] start) {
    List<RowBlock> blocks = new ArrayList<>();
    for (int e = 0; e + 1 < start.length; e++) {
      int rows = start[e + 1] - start[e];
      int parts = (rows + MOST_ROWS - 1) / MOST_ROWS;
      for (int i = 0; i < parts; i++) {
        int from = start[e] + (int) ((long) rows * i / parts);
        int to = start[e] + (int) ((long) rows * (i + 1) / parts);
        blocks.add(new RowBlock(e, from, to));
      }
    }
    blocks.sort(Comparator.comparingInt(RowBlock::rows).reversed());
    return blocks;
  }

  /**
   * All rows of each expert that has any as one block, the largest first.
   *
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   */
  public static List<RowBlock> whole(int[] start) {
    List<RowBlock> blocks = new ArrayList<>();
    for (int e = 0; e + 1 < start.length; e++) {
      if (start[e] < start[e + 1]) {
        blocks.add(new RowBlock(e, start[e], start[e + 1]));
      }
    }
    blocks.sort(Comparator.comparingInt(RowBlock::rows).reversed());
    return blocks;
  }

  /** Number of rows, at least 1. */
  public int rows() {
    return to - from;
  }
}
