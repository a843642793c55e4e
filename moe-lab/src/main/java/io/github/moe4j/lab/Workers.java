package io.github.moe4j.lab;

import io.github.moe4j.core.Threads;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * One Java thread a processor, each calling native code that uses no threads of its own.
 *
 * <p>On small matrices that is about twice as fast as native threads under one Java thread, and
 * results do not depend on the number of processors. ND4J's number of threads is one setting for
 * the process: it is as before once the workers are closed.
 */
public final class Workers implements AutoCloseable {
  private final ForkJoinPool pool = new ForkJoinPool(Runtime.getRuntime().availableProcessors());
  private final Threads threads = Threads.on(pool, pool.getParallelism());
  private final SingleThreadedBlas blas = SingleThreadedBlas.lease();
  private final int operatorThreads =
      NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();

  /** Sets native threads to 1 until it is closed. */
  public Workers() {
    setOperatorThreads(1);
  }

  /** Runs {@code n} independent tasks and returns their results in order. */
  public <T> List<T> map(int n, IntFunction<T> work) {
    return pool.submit(() -> IntStream.range(0, n)
            .parallel()
            .mapToObj(i -> threads.call(() -> work.apply(i)))
            .toList())
        .join();
  }

  private static void setOperatorThreads(int operators) {
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(operators);
  }

  @Override
  public void close() {
    pool.shutdown();
    setOperatorThreads(operatorThreads);
    blas.close();
  }
}
