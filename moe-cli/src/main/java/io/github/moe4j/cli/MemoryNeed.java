package io.github.moe4j.cli;

import io.github.moe4j.core.internal.ArrayMemory;
import java.util.Locale;

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
    ArrayMemory memory = ArrayMemory.ofProcess();
    require(what, bytes, ArrayMemory.machineBytes(), memory.processLimit(), memory.limit());
  }

  /**
   * The same with given limits, {@code Long.MAX_VALUE} for any number.
   *
   * @param machine bytes of the machine's memory
   * @param process bytes that JavaCPP lets the process have
   * @param arrays bytes that all arrays may take
   */
  static void require(String what, double bytes, long machine, long process, long arrays) {
    long most = Math.min(machine, Math.min(process, arrays));
    if (bytes > most) {
      String reason = "this machine has " + text(machine);
      if (arrays == most) {
        reason = "arrays may take " + text(arrays) + ": raise -Dmoe4j.maxArrayBytes";
      } else if (process == most) {
        reason = "the process may have " + text(process)
            + ": raise -Dorg.bytedeco.javacpp.maxphysicalbytes, by default four times -Xmx";
      }
      throw new IllegalArgumentException(
          "%s need at least %s of memory, but %s".formatted(what, text(bytes), reason));
    }
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
