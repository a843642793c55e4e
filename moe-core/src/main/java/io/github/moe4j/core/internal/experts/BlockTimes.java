package io.github.moe4j.core.internal.experts;

import java.util.concurrent.atomic.LongAdder;

/** Time that all threads of one run spent in matrix products and between them. Thread-safe. */
public final class BlockTimes {
  private final LongAdder products = new LongAdder();
  private final LongAdder elementwise = new LongAdder();

  /**
   * Adds the time of a block that multiplied, went over its elements and multiplied again.
   *
   * @param start of the first products, as of {@link System#nanoTime}
   * @param multiplied their end
   * @param changed end of the elementwise work; the second products end now
   */
  public void add(long start, long multiplied, long changed) {
    products.add(multiplied - start + System.nanoTime() - changed);
    elementwise.add(changed - multiplied);
  }

  /** Adds the times of a block. */
  public void add(long inProducts, long between) {
    products.add(inProducts);
    elementwise.add(between);
  }

  /** The same work, its time counted as that of products. */
  public Runnable timed(Runnable work) {
    return () -> {
      long start = System.nanoTime();
      work.run();
      products.add(System.nanoTime() - start);
    };
  }

  /** Elementwise share of all time so far, in [0, 1]. */
  public double elementwiseShare() {
    return elementwise.sum() / Math.max(1.0, products.sum() + elementwise.sum());
  }
}
