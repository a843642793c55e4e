package io.github.moe4j.bench.scaling;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that all Java threads allocate on the heap. */
final class JavaGarbage {
  private JavaGarbage() {}

  /** Bytes of one of {@code runs} runs, helpers' included; NaN if this JVM does not report it. */
  static double bytesOf(Runnable work, int runs) {
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()) {
      return Double.NaN;
    }
    threads.setThreadAllocatedMemoryEnabled(true);
    long before = allocated(threads);
    for (int i = 0; i < runs; i++) {
      work.run();
    }
    return (double) (allocated(threads) - before) / runs;
  }

  private static long allocated(ThreadMXBean threads) {
    try {
      // Since Java 21; counts threads that have ended too.
      return (long) ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes").invoke(threads);
    } catch (ReflectiveOperationException e) {
      long sum = 0;
      for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
        sum += Math.max(0, bytes); // −1 for a thread that has just ended
      }
      return sum;
    }
  }
}
