package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.Parallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalingMemoryTest {
  private static final int KILOBYTES = 64;

  @TempDir
  Path folder;

  private final byte[][] kept = new byte[2][];

  @Test
  void residentKilobytes_status_theLineOrNull() throws IOException {
    Path status = folder.resolve("status");
    assertNull(MemoryPoint.residentKilobytes(status));
    Files.writeString(status, "Name:\tjava\nVmHWM:\t   99 kB\nVmRSS:\t  123456 kB\n");
    assertEquals(123_456L, MemoryPoint.residentKilobytes(status));
    Files.writeString(status, "Name:\tjava\n");
    assertNull(MemoryPoint.residentKilobytes(status));
  }

  @Test
  void bytesOf_allocationInTwoThreads_countsBoth() {
    double bytes = JavaGarbage.bytesOf(
        () -> Parallel.ranges(2, 1, (from, to) -> {
          for (int i = from; i < to; i++) {
            kept[i] = new byte[KILOBYTES * 1024];
          }
        }),
        50);
    Assumptions.assumeFalse(Double.isNaN(bytes), "this JVM does not count allocated bytes");
    // Parallel and other threads of this JVM allocate a little too.
    assertTrue(bytes >= 2 * KILOBYTES * 1024 && bytes < 10 * KILOBYTES * 1024, "was " + bytes);
  }
}
