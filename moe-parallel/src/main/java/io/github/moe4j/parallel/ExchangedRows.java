package io.github.moe4j.parallel;

/** Counts what a rank has sent; read from any thread. */
final class ExchangedRows {
  private ExchangeStatistics sum = new ExchangeStatistics(0, 0, 0, 0);

  synchronized void add(long rows, long bytes, long nanos) {
    sum = new ExchangeStatistics(
        sum.exchanges() + 1, sum.rows() + rows, sum.bytes() + bytes, sum.nanos() + nanos);
  }

  synchronized ExchangeStatistics statistics() {
    return sum;
  }
}
