package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.List;

/** How the blocks of one pass are worked on: by Java threads, each of which calls BLAS by itself. */
public final class BlockSchedule {
  private final List<RowBlock> blocks;
  private final List<RowBlock> experts;
  private final boolean fewRows;
  private final int workers;

  /**
   * The schedule of a load.
   *
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   */
  public BlockSchedule(int[] start) {
    this(start, Gemm.fewRowsInOneThread());
  }

  /**
   * The same.
   *
   * @param fewRowsInOneThread as {@link Gemm#fewRowsInOneThread}
   */
  BlockSchedule(int[] start, boolean fewRowsInOneThread) {
    this.blocks = RowBlock.of(start);
    this.experts = RowBlock.whole(start);
    this.fewRows = experts.isEmpty() || experts.get(0).rows() <= Gemm.FEW_ROWS;
    // BLAS with threads of its own must not be called by several at once.
    boolean parallel = !fewRows || fewRowsInOneThread;
    // Once, since a container may be given more processors while a pass runs.
    this.workers = parallel ? Parallel.workers(Integer.MAX_VALUE) : 1;
  }

  /** All rows of each expert that has any as one block, the largest first. */
  public List<RowBlock> experts() {
    return experts;
  }

  /**
   * Does some work with BLAS in one thread; with BLAS as it is if no expert has many rows, since to
   * change its threads takes longer than some such passes.
   */
  public void run(Runnable work) {
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
  public int workers() {
    return Math.max(1, Math.min(workers, blocks.size()));
  }

  /** Rows of the largest block; 0 if there is none. */
  public int mostRows() {
    return blocks.isEmpty() ? 0 : blocks.get(0).rows();
  }

  /** Some work for each block, several at the same time. */
  public void forEach(Work work) {
    Parallel.tasks(blocks.size(), workers(), (worker, i) -> work.run(worker, blocks.get(i)));
  }

  /** Parts of the work that depend on no other, several at the same time. */
  public void each(List<Runnable> parts) {
    Parallel.tasks(parts.size(), workers, (worker, i) -> parts.get(i).run());
  }

  /** Work on one block. */
  @FunctionalInterface
  public interface Work {
    /** Does the work in the thread of a number below {@link BlockSchedule#workers}. */
    void run(int worker, RowBlock block);
  }
}
