package io.github.moe4j.core.internal.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BlockTimesTest {
  @Test
  void elementwiseShare_nothing_zero() {
    assertEquals(0, new BlockTimes().elementwiseShare());
  }

  @Test
  void elementwiseShare_blocks_ofTheSum() {
    BlockTimes times = new BlockTimes();
    times.add(5, 1);
    times.add(7, 3);
    assertEquals(0.25, times.elementwiseShare());
  }

  /** Long ago, beside which the test itself takes no time. */
  @Test
  void add_productsAroundElements_bothProductsCount() {
    long day = TimeUnit.DAYS.toNanos(1);
    BlockTimes times = new BlockTimes();
    long now = System.nanoTime();
    times.add(now - 1000 * day, now - 900 * day, now - 500 * day);
    assertEquals(0.4, times.elementwiseShare(), 1e-3);
  }

  @Test
  void timed_work_timeOfProducts() {
    BlockTimes times = new BlockTimes();
    long between = 1_000_000;
    times.add(0, between);
    long begun = System.nanoTime();
    times
        .timed(() -> {
          long first = System.nanoTime();
          while (System.nanoTime() == first) {
            Thread.onSpinWait();
          }
        })
        .run();
    long most = System.nanoTime() - begun;
    double share = times.elementwiseShare();
    assertTrue(share < 1 && share >= between / (between + (double) most), () -> "share " + share);
  }
}
