package io.github.moe4j.parallel.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  @Test
  void isPending_closedAfterOperationWasLate_false() throws InterruptedException {
    CountDownLatch late = new CountDownLatch(1);
    Watchdog watchdog = new Watchdog(0);
    watchdog.begin(Duration.ofMillis(1), late::countDown);
    late.await();
    watchdog.close();
    assertFalse(watchdog.isPending());
  }

  @Test
  void isPending_closedInTime_true() {
    Watchdog watchdog = new Watchdog(0);
    watchdog.begin(Duration.ofHours(1), () -> {});
    watchdog.close();
    assertTrue(watchdog.isPending());
  }
}
