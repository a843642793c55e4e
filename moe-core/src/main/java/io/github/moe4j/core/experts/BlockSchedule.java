package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.List;

/** How the blocks of one pass are worked on: by Java threads, each of which calls BLAS by itself. */
final class BlockSchedule {
  private final List<RowBlock> blocks;
  private final List<RowBlock> experts;
  private final boolean fewRows;

  /**
   * The schedule of a load.
   *
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   */
  BlockSchedule(int[] start) {
    this.blocks = RowBlock.of(start);
    this.experts = RowBlock.whole(start);
    this.fewRows = experts.isEmpty() || experts.get(0).rows() <= Gemm.FEW_ROWS;
  }

  /** All rows of each expert that has any as one block, the largest first. */
  List<RowBlock> experts() {
    return experts;
  }

  /**
   * Does some work with BLAS in one thread; with BLAS as it is if no expert has many rows, since to
   * change its threads takes longer than some such passes.
   */
  void run(Runnable work) {
    if (fewRows) {
      work.run();
      return;
    }
    SingleThreadedBlas lease = SingleThreadedBlas.lease();
    try {
      work.run();
    } finally {
      lease.close();
    }
  }

  /** How many threads work at most. */
  int workers() {
    return isParallel() ? Parallel.workers(blocks.size()) : 1;
  }

  /** Rows of the largest block; 0 if there is none. */
  int mostRows() {
    return blocks.isEmpty() ? 0 : blocks.get(0).rows();
  }

  /** Some work for each block, several at the same time. */
  void forEach(Work work) {
    tasks(blocks.size(), (worker, i) -> work.run(worker, blocks.get(i)));
  }

  /** Parts of the work that depend on no other, several at the same time. */
  void each(List<Runnable> parts) {
    tasks(parts.size(), (worker, i) -> parts.get(i).run());
  }

  private void tasks(int n, Parallel.Task work) {
    if (isParallel()) {
      Parallel.tasks(n, work);
    } else {
      for (int i = 0; i < n; i++) {
        work.run(0, i);
      }
    }
  }

  /** BLAS with threads of its own must not be called by several at once. */
  private boolean isParallel() {
    return !fewRows || Gemm.fewRowsInOneThread();
  }

  /** Work on one block. */
  @FunctionalInterface
  interface Work {
    /** Does the work in the thread of a number below {@link BlockSchedule#workers}. */
    void run(int worker, RowBlock block);
  }
}
