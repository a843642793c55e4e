package io.github.moe4j.parallel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Counts what a rank has sent; read from any thread. */
final class ExchangedRows {
  private ExchangeStatistics sum = new ExchangeStatistics(0, 0, 0, 0);

  /**
   * Counts an all-to-all.
   *
   * @param send rows by rank. Not modified.
   * @param start first row of each rank [N+1]. Not modified.
   * @param rank whose own rows stay
   */
  synchronized void add(INDArray send, int[] start, int rank, long nanos) {
    long rows = start[start.length - 1] - (start[rank + 1] - start[rank]);
    long bytes = rows * send.size(1) * send.dataType().width();
    sum = new ExchangeStatistics(
        sum.exchanges() + 1, sum.rows() + rows, sum.bytes() + bytes, sum.nanos() + nanos);
  }

  synchronized ExchangeStatistics statistics() {
    return sum;
  }
}
