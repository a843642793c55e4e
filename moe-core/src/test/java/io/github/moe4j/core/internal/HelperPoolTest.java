package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
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

  private static void nested(HelperPool helpers, int depth, Runnable innermost) {
    if (depth == 0) {
      innermost.run();
    } else {
      helpers.run(1, i -> nested(helpers, depth - 1, innermost));
    }
  }

  @Test
  void run_sixteenJobsAtOnce_callersOfMoreDoAllThemselves() {
    List<Runnable> tasks = new ArrayList<>();
    HelperPool helpers = new HelperPool(tasks::add);
    AtomicInteger done = new AtomicInteger();
    nested(helpers, 16, () -> helpers.run(3, i -> done.incrementAndGet()));
    assertEquals(3, done.get());
    assertEquals(0, tasks.size());
    nested(helpers, 15, () -> helpers.run(3, i -> done.incrementAndGet()));
    assertEquals(6, done.get());
    assertEquals(2, tasks.size());
  }

  @Test
  void run_helpersThatHaveNotBegun_onlyThoseMissingAreAskedFor() {
    List<Runnable> tasks = new ArrayList<>();
    HelperPool helpers = new HelperPool(tasks::add);
    int[] parts = {3, 3, 5, 1};
    int[] asked = {2, 2, 4, 4};
    for (int i = 0; i < parts.length; i++) {
      helpers.run(parts[i], part -> {});
      assertEquals(asked[i], tasks.size());
    }
  }

  /** Runs two parts, that of the helper until the caller sleeps, so that the job is open no more. Returns the helper. */
  private static Thread helperThatEndsLast(HelperPool helpers) {
    Thread caller = Thread.currentThread();
    AtomicReference<Thread> helper = new AtomicReference<>();
    helpers.run(2, i -> {
      if (Thread.currentThread() == caller) {
        while (helper.get() == null) {
          Thread.onSpinWait();
        }
      } else {
        helper.set(Thread.currentThread());
        while (caller.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
    });
    return helper.get();
  }

  /** A clock that a test sets. */
  private static final class FakeClock implements LongSupplier {
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final AtomicLong looks = new AtomicLong();

    @Override
    public long getAsLong() {
      looks.incrementAndGet();
      return now.get();
    }

    /** Lets some time pass for a helper that has no work, and stays. */
    void pass(long nanos, Thread helper) {
      awaitLooks(helper);
      now.addAndGet(nanos);
      awaitLooks(helper);
    }

    private void awaitLooks(Thread helper) {
      long enough = looks.get() + 4;
      while (looks.get() < enough) {
        assertTrue(helper.isAlive());
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void run_helperWithoutWork_staysForItsPatienceAfterTheLast() throws Exception {
    List<Thread> threads = new ArrayList<>();
    FakeClock clock = new FakeClock();
    HelperPool helpers = new HelperPool(
        task -> {
          Thread thread = new Thread(task);
          threads.add(thread);
          thread.start();
        },
        clock);
    try {
      Thread helper = helperThatEndsLast(helpers);
      clock.pass(HelperPool.PATIENCE_NANOS - 1, helper);
      assertSame(helper, helperThatEndsLast(helpers));
      clock.pass(HelperPool.PATIENCE_NANOS - 1, helper);
      clock.now.incrementAndGet();
      helper.join(20_000);
      assertFalse(helper.isAlive());
      assertEquals(List.of(helper), threads);
    } finally {
      clock.now.set(Long.MAX_VALUE); // ends the helper of a test that failed
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void run_whileAHelperLeaves_isCountedOnce(boolean replaced) throws Exception {
    List<Runnable> tasks = new ArrayList<>();
    AtomicLong now = new AtomicLong();
    HelperPool helpers =
        new HelperPool(tasks::add, () -> now.addAndGet(HelperPool.PATIENCE_NANOS)); // at once
    AtomicInteger done = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    List<Thread> threads = new ArrayList<>();
    helpers.run(2, i -> {
      if (Thread.currentThread() == caller) {
        Thread thread = new Thread(tasks.get(0));
        threads.add(thread);
        thread.start();
        awaitUninterrupted(begun);
        if (replaced) {
          helpers.run(2, j -> done.incrementAndGet());
        }
        done.incrementAndGet();
      } else {
        begun.countDown();
        while (done.get() < (replaced ? 3 : 1)) {
          Thread.onSpinWait();
        }
      }
    });
    threads.get(0).join();
    assertEquals(replaced ? 2 : 1, tasks.size());
    helpers.run(2, j -> {});
    assertEquals(2, tasks.size(), "a helper that left is missing, the one that replaced it is not");
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
