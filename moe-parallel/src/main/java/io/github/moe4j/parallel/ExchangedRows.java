package io.github.moe4j.parallel;

/** Counts what a rank has computed and sent; used by any thread. */
final class ExchangedRows {
  private ExchangeStatistics sum = ExchangeStatistics.NONE;

  synchronized void add(ExchangeStatistics more) {
    sum = sum.plus(more);
  }

  synchronized ExchangeStatistics statistics() {
    return sum;
  }
}
