package io.github.moe4j.bench.distributed;

import com.sun.management.OperatingSystemMXBean;
import io.github.moe4j.cli.Samples;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Times of a repeated operation, with the processor time of the process. */
final class Timed {
  private final double[] seconds;
  private int count;
  private long cpu;

  Timed(int most) {
    this.seconds = new double[most];
  }

  /** Runs an operation several times. */
  void run(int times, Runnable operation) {
    long cpuBefore = processNanos();
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      operation.run();
      seconds[count++] = (System.nanoTime() - start) / 1e9;
    }
    cpu += processNanos() - cpuBefore;
  }

  private static long processNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  double median() {
    return Samples.median(Arrays.copyOf(seconds, count));
  }

  /**
   * The result.
   *
   * @param scale of the time: a round trip is two transfers
   * @param bytesOut out of this process in one operation
   */
  TransferTime result(String operation, long bytes, double scale, long bytesOut) {
    double gigabytes = (double) bytesOut * count / 1e9;
    return new TransferTime(operation, bytes, median() * scale, cpu / 1e9 / gigabytes);
  }
}
