package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CrewTest {
  private static void requireEachOnce(int parts) {
    AtomicIntegerArray visits = new AtomicIntegerArray(Math.max(1, parts));
    Crew.run(parts, visits::incrementAndGet);
    for (int i = 0; i < parts; i++) {
      assertEquals(1, visits.get(i), "part " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 100})
  void run_anyNumber_eachPartOnce(int parts) {
    requireEachOnce(parts);
  }

  @Test
  void run_manyCallersAndShortJobs_eachPartOnce() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        futures.add(callers.submit(() -> {
          for (int round = 0; round < 2000; round++) {
            requireEachOnce(1 + round % 5);
          }
        }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void run_partsFail_othersAreDoneAndTheErrorLeaves() {
    AtomicInteger done = new AtomicInteger();
    IllegalStateException expected = new IllegalStateException("on purpose");
    var thrown = assertThrows(
        IllegalStateException.class,
        () -> Crew.run(50, i -> {
          if (i == 0) {
            throw expected;
          }
          done.incrementAndGet();
        }));
    assertSame(expected, thrown);
    assertEquals(49, done.get());
    assertThrows(
        StackOverflowError.class,
        () -> Crew.run(2, i -> {
          throw new StackOverflowError("on purpose");
        }));
  }

  @Test
  void run_withinAPart_eachPartOnce() {
    AtomicInteger done = new AtomicInteger();
    Crew.run(4, i -> Crew.run(5, j -> done.incrementAndGet()));
    assertEquals(20, done.get());
  }

  @Test
  void run_helperBusyElsewhere_callerDoesAllItself() throws Exception {
    int threads = ForkJoinPool.getCommonPoolParallelism();
    CountDownLatch busy = new CountDownLatch(threads);
    CountDownLatch end = new CountDownLatch(1);
    for (int i = 0; i < threads; i++) {
      ForkJoinPool.commonPool().execute(() -> {
        busy.countDown();
        try {
          end.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
    }
    try {
      assertTrue(busy.await(30, TimeUnit.SECONDS));
      requireEachOnce(10);
    } finally {
      end.countDown();
    }
  }

  @Test
  void run_slowLastPart_callerWaitsAlsoIfInterrupted() {
    AtomicInteger done = new AtomicInteger();
    Thread.currentThread().interrupt();
    Crew.run(8, i -> {
      long start = System.nanoTime();
      while (System.nanoTime() - start < 2_000_000) {
        Thread.onSpinWait();
      }
      done.incrementAndGet();
    });
    assertEquals(8, done.get());
    assertTrue(Thread.interrupted());
  }
}
