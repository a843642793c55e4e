package io.github.moe4j.bench.soak;

import io.github.moe4j.bench.scaling.ProcessMemory;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * The process at a time, all callers at rest, after collections.
 *
 * @param seconds since the start
 * @param units of work done so far
 * @param heapKilobytes used by reachable objects
 * @param jvmKilobytes committed by the JVM besides its heap; null unless Native Memory Tracking is on
 * @param processKilobytes of the process in RAM without mapped files; null where the system does not say
 */
record SoakPoint(
    long seconds,
    long units,
    long heapKilobytes,
    @Nullable Long jvmKilobytes,
    @Nullable Long processKilobytes) {
  private static final int COLLECTIONS = 3;
  private static final long PAUSE_MILLIS = 200;

  /** Collects garbage a few times, so that what ND4J's threads free after a collection is gone too. */
  static SoakPoint now(long seconds, long units) {
    try {
      for (int i = 0; i < COLLECTIONS; i++) {
        System.gc();
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    JvmMemory jvm = JvmMemory.now();
    return new SoakPoint(
        seconds,
        units,
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024,
        jvm == null ? null : jvm.otherKilobytes(),
        ProcessMemory.now().anonymousKilobytes());
  }
}
