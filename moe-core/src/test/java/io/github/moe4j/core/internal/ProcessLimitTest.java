package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class ProcessLimitTest {
  private static final long NONE = Long.MAX_VALUE;

  private static ProcessLimit limit(long used, long allowed, long machine) {
    return new ProcessLimit(machine) {
      @Override
      long used() {
        return used;
      }

      @Override
      long allowed() {
        return allowed;
      }
    };
  }

  @Test
  void machineBytes_memoryAndSwap_whatIsKnown() {
    assertEquals(3, ProcessLimit.machineBytes(2, 1));
    assertEquals(2, ProcessLimit.machineBytes(2, -1));
    assertEquals(NONE, ProcessLimit.machineBytes(0, 1));
    assertTrue(ProcessLimit.machineBytes() > 0 && ProcessLimit.machineBytes() < NONE);
  }

  @Test
  void limit_zero_none() {
    assertEquals(NONE, ProcessLimit.limit(0));
    assertEquals(1, ProcessLimit.limit(1));
  }

  @Test
  void ofThisProcess_itsNumbers() {
    ProcessLimit process = ProcessLimit.ofThisProcess();
    assertTrue(process.used() > 0);
    assertEquals(ProcessLimit.limit(Pointer.maxPhysicalBytes()), process.allowed());
    assertEquals(Math.min(process.allowed(), ProcessLimit.machineBytes()), process.most());
  }

  @Test
  void exceeds_machineOrLimit_fromTheFirstByteBeyond() {
    assertFalse(limit(0, NONE, 100).exceeds(100));
    assertTrue(limit(0, NONE, 100).exceeds(101));
    assertFalse(limit(60, 100, NONE).exceeds(40));
    assertTrue(limit(60, 100, NONE).exceeds(41));
    assertFalse(limit(60, NONE, NONE).exceeds(NONE));
  }

  @Test
  void reason_theLowerLimit() {
    assertEquals(
        "the process has 1,000 and the machine or container 2,000 bytes of memory",
        limit(1000, 2001, 2000).reason());
    assertEquals(
        "the process has 1,000 of the 2,000 bytes of -Dorg.bytedeco.javacpp.maxphysicalbytes, by default four"
            + " times -Xmx: raise one of them, or close arrays that are not needed",
        limit(1000, 2000, 2000).reason());
  }

  @Test
  void collect_interrupted_collectsReturnsAndKeepsTheFlag() {
    WeakReference<Object> unreachable = new WeakReference<>(new Object());
    Thread.currentThread().interrupt();
    ProcessLimit.ofThisProcess().collect(60_000);
    assertTrue(Thread.interrupted());
    assertNull(unreachable.get());
  }
}
