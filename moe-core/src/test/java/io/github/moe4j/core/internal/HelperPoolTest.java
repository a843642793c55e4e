package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HelperPoolTest {
  private static void requireEachOnce(int parts) {
    AtomicIntegerArray visits = new AtomicIntegerArray(Math.max(1, parts));
    HelperPool.SHARED.run(parts, visits::incrementAndGet);
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
        () -> HelperPool.SHARED.run(50, i -> {
          if (i == 0) {
            throw expected;
          }
          done.incrementAndGet();
        }));
    assertSame(expected, thrown);
    assertEquals(49, done.get());
    assertThrows(
        StackOverflowError.class,
        () -> HelperPool.SHARED.run(2, i -> {
          throw new StackOverflowError("on purpose");
        }));
  }

  @Test
  void run_withinAPart_eachPartOnce() {
    AtomicInteger done = new AtomicInteger();
    HelperPool.SHARED.run(4, i -> HelperPool.SHARED.run(5, j -> done.incrementAndGet()));
    assertEquals(20, done.get());
  }

  /** Lets an executor's threads wait until the end of a test. */
  private static CountDownLatch occupy(ExecutorService executor, int threads) throws Exception {
    CountDownLatch busy = new CountDownLatch(threads);
    CountDownLatch end = new CountDownLatch(1);
    for (int i = 0; i < threads; i++) {
      executor.execute(() -> {
        busy.countDown();
        awaitUninterrupted(end);
      });
    }
    assertTrue(busy.await(30, TimeUnit.SECONDS));
    return end;
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void run_executorBusy_callerDoesAllItself() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(1);
    CountDownLatch end = occupy(executor, 1);
    try {
      HelperPool helpers = new HelperPool(executor);
      for (int round = 0; round < 3; round++) {
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        helpers.run(10, i -> workers.add(Thread.currentThread()));
        assertEquals(Set.of(Thread.currentThread()), workers);
      }
    } finally {
      end.countDown();
      executor.shutdown();
    }
  }

  @Test
  void run_executorRefusesOrRunsInTheCaller_callerDoesAllItself() {
    ExecutorService closed = Executors.newFixedThreadPool(1);
    closed.shutdown();
    for (Executor executor : List.<Executor>of(closed, Runnable::run)) {
      HelperPool helpers = new HelperPool(executor);
      for (int round = 0; round < 3; round++) {
        AtomicInteger done = new AtomicInteger();
        helpers.run(4, i -> done.incrementAndGet());
        assertEquals(4, done.get());
      }
    }
  }

  /** Runs two parts at the same time, which takes a second thread; returns that thread. */
  private static Thread helperOf(HelperPool helpers) {
    CountDownLatch both = new CountDownLatch(2);
    AtomicReference<Thread> helper = new AtomicReference<>();
    Thread caller = Thread.currentThread();
    helpers.run(2, i -> {
      if (Thread.currentThread() != caller) {
        helper.set(Thread.currentThread());
      }
      both.countDown();
      awaitUninterrupted(both);
    });
    return helper.get();
  }

  @Test
  void run_sharedHelpers_areDaemonsOfTheLibrary() {
    Thread helper = helperOf(HelperPool.SHARED);
    assertTrue(helper.isDaemon());
    assertTrue(helper.getName().startsWith("moe4j-helper-"), helper.getName());
  }

  @Test
  void run_givenExecutor_itsThreadHelps() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(1, task -> new Thread(task, "given"));
    try {
      assertEquals("given", helperOf(new HelperPool(executor)).getName());
      // A helper gives its thread back when there has been nothing to do for a while.
      executor.submit(() -> {}).get();
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void run_commonPoolBusy_helpersComeAllTheSame() throws Exception {
    // Without threads it runs no task at all.
    assumeFalse(Integer.getInteger("java.util.concurrent.ForkJoinPool.common.parallelism", 1) == 0);
    ForkJoinPool common = ForkJoinPool.commonPool();
    CountDownLatch end = occupy(common, ForkJoinPool.getCommonPoolParallelism());
    try {
      helperOf(HelperPool.SHARED);
    } finally {
      end.countDown();
    }
  }

  @Test
  void run_callerInterruptedWhileItWaits_sleepsAndKeepsTheFlag() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch end = new CountDownLatch(1);
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller = new Thread(() -> {
      Thread self = Thread.currentThread();
      HelperPool.SHARED.run(2, i -> {
        begun.countDown();
        awaitUninterrupted(begun);
        if (Thread.currentThread() != self) {
          awaitUninterrupted(end);
        }
      });
      flag.set(Thread.interrupted());
    });
    caller.start();
    awaitUninterrupted(begun);
    caller.interrupt();
    // With its flag set a thread cannot sleep: it must have put it aside.
    while (caller.getState() != Thread.State.WAITING || caller.isInterrupted()) {
      assertTrue(caller.isAlive());
      Thread.onSpinWait();
    }
    end.countDown();
    caller.join();
    assertTrue(flag.get());
  }

  @Test
  void run_slowLastPart_callerWaitsAlsoIfInterrupted() {
    AtomicInteger done = new AtomicInteger();
    Thread.currentThread().interrupt();
    HelperPool.SHARED.run(8, i -> {
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
