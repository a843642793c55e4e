package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  private static final long ANY = Long.MAX_VALUE;
  private static final long MACHINE = 24_000_000_000L;

  private static String refusal(double bytes, long machine, long process, long arrays) {
    return assertThrows(
            IllegalArgumentException.class,
            () -> MemoryNeed.require("3 layers", bytes, machine, process, arrays))
        .getMessage();
  }

  @Test
  void require_moreThanTheMachine_saysBoth() {
    assertEquals(
        "3 layers need at least 1.3 TB of memory, but this machine has 24.0 GB",
        refusal(1.28e12, MACHINE, ANY, ANY));
    assertEquals(
        "3 layers need at least 1001 bytes of memory, but this machine has 999 bytes"
            .replace("1001 bytes", "1.0 kB"),
        refusal(1001, 999, 5000, ANY));
  }

  @Test
  void require_moreThanTheProcess_namesTheSetting() {
    assertEquals(
        "3 layers need at least 5.0 GB of memory, but the process may have 4.0 GB:"
            + " raise -Dorg.bytedeco.javacpp.maxphysicalbytes, by default four times -Xmx",
        refusal(5e9, MACHINE, 4_000_000_000L, ANY));
    assertEquals(
        "3 layers need at least 5.0 GB of memory, but arrays may take 1.0 GB:"
            + " raise -Dmoe4j.maxArrayBytes",
        refusal(5e9, MACHINE, 4_000_000_000L, 1_000_000_000));
  }

  @Test
  void require_largestSizes_noOverflow() {
    double all = 4.0 * Integer.MAX_VALUE * Integer.MAX_VALUE * Integer.MAX_VALUE;
    assertEquals(
        "3 layers need at least 39614081201.8 EB of memory, but this machine has 24.0 GB",
        refusal(all, MACHINE, ANY, ANY));
  }

  @Test
  void require_whatFits_passes() {
    assertDoesNotThrow(() -> MemoryNeed.require("3 layers", 4e9, MACHINE, 4_000_000_000L, ANY));
    assertDoesNotThrow(() -> MemoryNeed.require("nothing", 0));
  }
}
