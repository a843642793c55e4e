package io.github.moe4j.lab;

import io.github.moe4j.core.Threads;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * One Java thread a processor, each calling native code that uses no threads of its own.
 *
 * <p>On small matrices that is about twice as fast as native threads under one Java thread, and
 * results do not depend on the number of processors. ND4J's number of threads is one setting for
 * the process: it is as before once all workers are closed.
 */
public final class Workers implements AutoCloseable {
  private static final Object LOCK = new Object();
  private static int open;
  private static int operatorThreadsBefore;

  private final SingleThreadedBlas blas = SingleThreadedBlas.lease();
  private final @Nullable ForkJoinPool pool;
  private final Threads threads;

  /** Sets native threads to 1 until it is closed. */
  public Workers() {
    ForkJoinPool processors = new ForkJoinPool(Runtime.getRuntime().availableProcessors());
    this.pool = processors;
    this.threads = Threads.on(processors, processors.getParallelism());
    opened();
  }

  private Workers(int helped) {
    this.pool = null;
    this.threads = Threads.of(helped);
    opened();
  }

  /**
   * Workers that do all tasks in the calling thread, one after another, as the ranks of a group must.
   *
   * @param helped threads that compute a pass
   */
  public static Workers inTurn(int helped) {
    return new Workers(helped);
  }

  /** Runs {@code n} independent tasks and returns their results in order. */
  public <T> List<T> map(int n, IntFunction<T> work) {
    if (pool == null) {
      return threads.call(() -> IntStream.range(0, n).mapToObj(work).toList());
    }
    return pool.submit(() -> IntStream.range(0, n)
            .parallel()
            .mapToObj(i -> threads.call(() -> work.apply(i)))
            .toList())
        .join();
  }

  private static void opened() {
    synchronized (LOCK) {
      if (open++ == 0) {
        operatorThreadsBefore =
            NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
        setOperatorThreads(1);
      }
    }
  }

  private static void setOperatorThreads(int operators) {
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(operators);
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdown();
    }
    synchronized (LOCK) {
      if (--open == 0) {
        setOperatorThreads(operatorThreadsBefore);
      }
    }
    blas.close();
  }
}
