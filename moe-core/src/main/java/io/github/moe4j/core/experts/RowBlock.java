package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

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
 * @param isVector whether it is one row, to be multiplied as a vector
 */
record RowBlock(int expert, int from, int to, boolean isVector) {
  /** BLAS packs the expert's weights once a block, so blocks must not be small. */
  private static final int MOST_ROWS = 512;

  private static final int FEW_ROWS = 64;

  /**
   * Cuts the rows of all experts into blocks, the largest first.
   *
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   */
  static List<RowBlock> of(int[] start) {
    List<RowBlock> blocks = new ArrayList<>();
    for (int e = 0; e + 1 < start.length; e++) {
      int rows = start[e + 1] - start[e];
      int parts = (rows + MOST_ROWS - 1) / MOST_ROWS;
      for (int i = 0; i < parts; i++) {
        int from = start[e] + (int) ((long) rows * i / parts);
        int to = start[e] + (int) ((long) rows * (i + 1) / parts);
        blocks.add(new RowBlock(e, from, to, false));
      }
    }
    blocks.sort(Comparator.comparingInt(RowBlock::rows).reversed());
    return blocks;
  }

  /**
   * The blocks of a forward pass: as {@link #of}, but an expert's only row is a vector if there are
   * few rows in all. Two rows would read the weights twice, which costs as much as to copy them.
   *
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   */
  static List<RowBlock> forward(int[] start) {
    boolean few = start[start.length - 1] < FEW_ROWS;
    return of(start).stream()
        .map(b -> new RowBlock(b.expert, b.from, b.to, few && b.rows() == 1))
        .toList();
  }

  /**
   * All rows of each expert that has any as one block, the largest first.
   *
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   */
  static List<RowBlock> whole(int[] start) {
    List<RowBlock> blocks = new ArrayList<>();
    for (int e = 0; e + 1 < start.length; e++) {
      if (start[e] < start[e + 1]) {
        blocks.add(new RowBlock(e, start[e], start[e + 1], false));
      }
    }
    blocks.sort(Comparator.comparingInt(RowBlock::rows).reversed());
    return blocks;
  }

  /**
   * Does some work for each block: several at the same time, each with single-threaded BLAS; or if
   * all blocks together have few rows, one after another with BLAS as it is, since to change its
   * threads takes longer than such work.
   */
  static void forEach(List<RowBlock> blocks, Consumer<RowBlock> work) {
    if (blocks.stream().mapToInt(RowBlock::rows).sum() < FEW_ROWS) {
      blocks.forEach(work);
      return;
    }
    SingleThreadedBlas lease = SingleThreadedBlas.lease();
    try {
      Parallel.tasks(blocks.size(), i -> work.accept(blocks.get(i)));
    } finally {
      lease.close();
    }
  }

  /** Number of rows, at least 1. */
  int rows() {
    return to - from;
  }

  /** These rows of a matrix [R, …]; no copy. */
  INDArray of(INDArray matrix) {
    return Gemm.rows(matrix, from, to);
  }
}
