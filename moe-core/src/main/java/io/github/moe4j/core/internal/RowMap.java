package io.github.moe4j.core.internal;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Applies a function to the same row of several arrays; rows are independent. */
public final class RowMap {
  private static final int GRAIN_ELEMENTS = 4096;

  private RowMap() {}

  /** Work on one row of each array, in float64. */
  @FunctionalInterface
  public interface Work {
    /**
     * Computes the outputs of a row.
     *
     * @param row its index
     * @param in a row of each input. May be used as scratch.
     * @param out the row of each output, to be filled
     */
    void apply(int row, double[][] in, double[][] out);
  }

  /**
   * Runs the work over all rows, in parallel.
   *
   * @param inputs arrays [n, …], contiguous. Not modified, unless also an output.
   * @param outputs arrays [n, …], contiguous. Modified: overwritten.
   */
  public static void apply(List<INDArray> inputs, List<INDArray> outputs, Work work) {
    if (outputs.get(0).isEmpty()) {
      return;
    }
    List<Rows> sources = rows(inputs);
    List<Rows> targets = rows(outputs);
    Rows first = targets.get(0);
    Parallel.ranges(
        Math.toIntExact(first.rows()),
        Math.max(1, GRAIN_ELEMENTS / first.width()),
        (from, to) -> run(forks(sources), forks(targets), from, to, work));
  }

  private static void run(List<Rows> read, List<Rows> write, int from, int to, Work work) {
    double[][] in = buffers(read);
    double[][] out = buffers(write);
    for (int r = from; r < to; r++) {
      for (int i = 0; i < in.length; i++) {
        read.get(i).read(r, in[i]);
      }
      work.apply(r, in, out);
      for (int i = 0; i < out.length; i++) {
        write.get(i).write(r, out[i]);
      }
    }
  }

  private static List<Rows> rows(List<INDArray> arrays) {
    return arrays.stream().map(Rows::of).toList();
  }

  private static List<Rows> forks(List<Rows> rows) {
    return rows.stream().map(Rows::fork).toList();
  }

  private static double[][] buffers(List<Rows> rows) {
    return rows.stream().map(r -> new double[r.width()]).toArray(double[][]::new);
  }
}
