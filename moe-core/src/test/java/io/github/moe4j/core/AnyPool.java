package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertSameBits;

import io.github.moe4j.core.internal.Parallel;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Ways to call passes from pools, and to give them pools, in which a caller that waited for a free thread would hang. */
enum AnyPool {
  /** Callers in the common pool, each after another, by the JDK's asynchronous calls. */
  COMPLETABLE_FUTURES {
    @Override
    void run() {
      CompletableFuture<double[]> first = CompletableFuture.supplyAsync(() -> pass(TWO));
      CompletableFuture<double[]> second = CompletableFuture.supplyAsync(() -> pass(COMMON));
      requireAlone(first
          .thenApplyAsync(before -> pass(COMMON))
          .thenCombineAsync(second, (a, b) -> pass(TWO))
          .join());
      requireAlone(second.join());
    }
  },

  /** Callers in a parallel stream, with helpers in the pool that runs it. */
  PARALLEL_STREAM {
    @Override
    void run() {
      IntStream.range(0, 6).parallel().forEach(i -> requireAlone(pass(i % 2 == 0 ? TWO : COMMON)));
    }
  },

  /** A caller in the only thread of the pool that is to help it. */
  FORK_JOIN_POOL_OF_ONE {
    @Override
    void run() throws Exception {
      within(new ForkJoinPool(1));
    }
  },

  /** The same in a plain pool. */
  FIXED_POOL_OF_ONE {
    @Override
    void run() throws Exception {
      within(Executors.newFixedThreadPool(1));
    }
  },

  /** More callers than threads, all of them helpers of each other, some in parts of others' work. */
  CALLERS_IN_THEIR_OWN_POOL {
    @Override
    void run() throws Exception {
      ExecutorService pool = Executors.newFixedThreadPool(2);
      try {
        callers(pool, pool);
      } finally {
        pool.shutdown();
      }
    }
  },

  /** Callers and helpers are virtual threads, where the JDK has them. */
  VIRTUAL_THREADS {
    @Override
    void run() throws Exception {
      Method create;
      try {
        create = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
      } catch (NoSuchMethodException e) {
        return;
      }
      ExecutorService pool = (ExecutorService) create.invoke(null);
      try {
        callers(pool, pool);
      } finally {
        pool.shutdown();
      }
    }
  },

  /** Executors that never run a task, refuse it, or run it in the caller. */
  USELESS_EXECUTORS {
    @Override
    void run() {
      ExecutorService closed = Executors.newFixedThreadPool(1);
      closed.shutdown();
      for (Executor executor : List.<Executor>of(task -> {}, closed, Runnable::run)) {
        Threads threads = Threads.on(executor, 3);
        for (int i = 0; i < 2; i++) {
          requireAlone(pass(threads));
        }
        nested(threads);
      }
    }
  },

  /** Callers that are interrupted, in a pool. */
  INTERRUPTED_CALLERS {
    @Override
    void run() throws Exception {
      ForkJoinPool pool = new ForkJoinPool(2);
      try {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          all.add(pool.submit(() -> {
            Thread.currentThread().interrupt();
            requireAlone(pass(Threads.on(pool, 3)));
            if (!Thread.interrupted()) {
              throw new AssertionError("the flag must stay set");
            }
          }));
        }
        for (Future<?> caller : all) {
          caller.get();
        }
      } finally {
        pool.shutdown();
      }
    }
  };

  private static final Threads TWO = Threads.of(2);
  private static final Threads COMMON = Threads.on(ForkJoinPool.commonPool(), 3);
  private static final double[] ALONE = pass(Threads.of(1));

  /** Returns when all passes are done, with the bits of one thread. */
  abstract void run() throws Exception;

  private static double[] pass(Threads threads) {
    return ThreadsTest.pass(ThreadsTest.layer("glu", threads), 40, true);
  }

  private static void requireAlone(double[] actual) {
    assertSameBits("alone", ALONE, actual);
  }

  /** Passes within parts of a caller's work, which are divided further. */
  private static void nested(Threads threads) {
    threads.run(() -> Parallel.tasks(3, (worker, task) -> requireAlone(pass(threads))));
  }

  private static void within(ExecutorService pool) throws Exception {
    try {
      Threads threads = Threads.on(pool, 3);
      pool.submit(() -> requireAlone(pass(threads))).get();
      pool.submit(() -> nested(threads)).get();
      requireAlone(pass(threads));
    } finally {
      pool.shutdown();
    }
  }

  private static void callers(ExecutorService pool, Executor helpers) throws Exception {
    Threads threads = Threads.on(helpers, 3);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(pool.submit(() -> requireAlone(pass(threads))));
      all.add(pool.submit(() -> nested(threads)));
    }
    for (Future<?> caller : all) {
      caller.get();
    }
  }

  /** Runs all in this JVM, whose first use of the library is that of several threads; says where it hangs if it does. */
  public static void main(String[] arguments) throws Exception {
    Thread watch = new Thread(AnyPool::endLate);
    watch.setDaemon(true);
    watch.start();
    FirstUse.run();
    for (AnyPool pools : values()) {
      pools.run();
    }
    System.out.println("all passes are done");
  }

  private static void endLate() {
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      return;
    }
    Thread.getAllStackTraces()
        .forEach((thread, stack) -> System.out.println(thread + " " + Arrays.toString(stack)));
    Runtime.getRuntime().halt(1);
  }
}
