package io.github.moe4j.cli;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;

/**
 * Refuses sizes that cannot fit, before anything of them is allocated. Bytes are doubles, so that no size of a command line
 * overflows; what is compared is the least that is needed, so that nothing that fits is refused.
 */
public final class MemoryNeed {
  private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};

  private MemoryNeed() {}

  /**
   * Throws if this machine or this process cannot have so much memory for arrays, which lie outside the Java heap.
   *
   * @param what needs it, in the plural, with its sizes
   * @param bytes the least that it needs
   */
  public static void require(String what, double bytes) {
    require(what, bytes, machine(), Pointer.maxPhysicalBytes());
  }

  /**
   * The same with given limits.
   *
   * @param machine bytes of the machine's memory
   * @param process bytes that JavaCPP lets the process have; 0 for any number
   */
  static void require(String what, double bytes, double machine, double process) {
    double most = process > 0 ? Math.min(machine, process) : machine;
    if (bytes > most) {
      throw new IllegalArgumentException("%s need at least %s of memory, but %s"
          .formatted(
              what,
              text(bytes),
              process > 0 && process < machine
                  ? "the process may have " + text(process)
                      + ": raise -Dorg.bytedeco.javacpp.maxphysicalbytes, by default four times -Xmx"
                  : "this machine has " + text(machine)));
    }
  }

  /** Memory and swap space of the machine, or of the container. */
  private static double machine() {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      return (double) system.getTotalMemorySize() + Math.max(0, system.getTotalSwapSpaceSize());
    }
    return Double.POSITIVE_INFINITY;
  }

  private static String text(double bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
  }
}
