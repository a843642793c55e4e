package io.github.moe4j.core.internal;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;

/** Memory of the process and its limits, those of JavaCPP and of the machine or container. */
class ProcessLimit {
  private final long machine;

  ProcessLimit(long machine) {
    this.machine = machine;
  }

  static ProcessLimit ofThisProcess() {
    return new ProcessLimit(machineBytes());
  }

  /** For tests. */
  ProcessLimit() {
    this(Long.MAX_VALUE);
  }

  /** Memory and swap space of the machine or container; {@code Long.MAX_VALUE} where the JVM does not say. */
  static long machineBytes() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? machineBytes(system.getTotalMemorySize(), system.getTotalSwapSpaceSize())
        : Long.MAX_VALUE;
  }

  /** The same by what the JVM says; what it does not know is 0 or less. */
  static long machineBytes(long memory, long swap) {
    return memory > 0 ? memory + Math.max(0, swap) : Long.MAX_VALUE;
  }

  /** Bytes of the process in RAM. */
  long used() {
    return Pointer.physicalBytes();
  }

  /** Bytes that JavaCPP allows the process in RAM, at least one. */
  long allowed() {
    return limit(Pointer.maxPhysicalBytes());
  }

  /** The limit that a number of JavaCPP means. */
  static long limit(long maxPhysicalBytes) {
    return maxPhysicalBytes > 0 ? maxPhysicalBytes : Long.MAX_VALUE;
  }

  /** Bytes that the process can have at all. */
  long most() {
    return Math.min(allowed(), machine);
  }

  /** Whether so many bytes more are too many. */
  boolean exceeds(long bytes) {
    return bytes > machine
        || allowed() != Long.MAX_VALUE && ArrayMemory.sum(used(), bytes) > allowed();
  }

  /** Why there is no room. */
  String reason() {
    if (machine < allowed()) {
      return String.format(
          Locale.ROOT,
          "the process has %,d and the machine or container %,d bytes of memory",
          used(),
          machine);
    }
    return String.format(
        Locale.ROOT,
        "the process has %,d of the %,d bytes of -Dorg.bytedeco.javacpp.maxphysicalbytes, by default four times -Xmx: raise"
            + " one of them, or close arrays that are not needed",
        used(),
        allowed());
  }

  /** Collects garbage, so that ND4J frees arrays that nothing references, and waits for it. */
  void collect(long millis) {
    System.gc();
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
