package io.github.moe4j.core.internal.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Threads;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.testkit.internal.BlasThreads;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class BlockScheduleTest {
  private final int before = threads();

  private static int threads() {
    return BlasThreads.now();
  }

  @BeforeEach
  void severalThreads() {
    Nd4j.factory().blas().setMaxThreads(2);
  }

  @AfterEach
  void threadsAsBefore() {
    Nd4j.factory().blas().setMaxThreads(before);
  }

  /** The kernels leave the setting alone; a run without them has these tests. */
  private static void requireBlas() {
    assumeTrue(Kernels.chosen().isEmpty(), "the kernels make the products");
  }

  private static void forEach(BlockSchedule schedule, BlockSchedule.Work work) {
    schedule.run(() -> schedule.forEach(work));
  }

  @Test
  void forEach_manyRows_eachBlockOnceWithSingleThreadedBlas() {
    requireBlas();
    int[] start = {0, 100, 300, 301};
    BlockSchedule schedule = new BlockSchedule(start);
    ConcurrentLinkedQueue<RowBlock> done = new ConcurrentLinkedQueue<>();
    forEach(schedule, (worker, block) -> {
      assertEquals(1, threads());
      assertTrue(worker >= 0 && worker < schedule.workers());
      done.add(block);
    });
    assertEquals(3, done.size());
    assertEquals(Set.copyOf(RowBlock.of(start)), done.stream().collect(Collectors.toSet()));
    assertEquals(200, schedule.mostRows());
    assertEquals(2, threads());
  }

  @Test
  void forEach_fewRowsOfEachExpert_blasAsItIs() {
    BlockSchedule schedule = new BlockSchedule(new int[] {0, Gemm.FEW_ROWS, 17, 33});
    forEach(schedule, (worker, block) -> assertEquals(2, threads()));
  }

  @Test
  void forEach_noRows_nothing() {
    BlockSchedule schedule = new BlockSchedule(new int[] {0, 0, 0});
    forEach(schedule, (worker, block) -> {
      throw new AssertionError("no block");
    });
    assertEquals(0, schedule.mostRows());
  }

  @Test
  void forEach_workFails_errorLeavesAfterAllAndSettingIsRestored() {
    BlockSchedule schedule = new BlockSchedule(new int[] {0, 100, 200, 300});
    var error = assertThrows(
        IllegalStateException.class,
        () -> forEach(schedule, (worker, block) -> {
          if (block.expert() == 0) {
            throw new IllegalStateException("on purpose");
          }
        }));
    assertEquals("on purpose", error.getMessage());
    assertEquals(2, threads());
  }

  @Test
  void run_manyRowsOfAnExpert_oneLeaseMeanwhile() {
    int open = SingleThreadedBlas.open();
    new BlockSchedule(new int[] {0, 1, Gemm.FEW_ROWS + 2})
        .run(() -> assertEquals(open + 1, SingleThreadedBlas.open()));
    assertEquals(open, SingleThreadedBlas.open());
    new BlockSchedule(new int[] {0, Gemm.FEW_ROWS, Gemm.FEW_ROWS + 1})
        .run(() -> assertEquals(open, SingleThreadedBlas.open()));
    new BlockSchedule(new int[] {0, 0}).run(() -> assertEquals(open, SingleThreadedBlas.open()));
  }

  @Test
  void workers_fewOrManyRows_oneOnlyIfFewTakeThreadsOfBlas() {
    int[] few = {0, 2, 4, 6, 8};
    int[] many = {0, 2, 102, 104, 106};
    Threads.of(3).run(() -> {
      assertEquals(3, new BlockSchedule(many, false).workers());
      assertEquals(3, new BlockSchedule(many, true).workers());
      assertEquals(1, new BlockSchedule(few, false).workers());
      assertEquals(3, new BlockSchedule(few, true).workers());
      assertEquals(2, new BlockSchedule(new int[] {0, 0, 1, 2}, true).workers());
      assertEquals(1, new BlockSchedule(new int[] {0, 0}, true).workers());
    });
  }

  @Test
  void mostRows_blocks_ofTheLargest() {
    assertEquals(7, new BlockSchedule(new int[] {0, 2, 9, 12}).mostRows());
  }

  @Test
  void lease_nested_lastOneRestores() {
    requireBlas();
    SingleThreadedBlas first = SingleThreadedBlas.lease();
    SingleThreadedBlas second = SingleThreadedBlas.lease();
    first.close();
    first.close();
    assertEquals(1, threads());
    second.close();
    assertEquals(2, threads());
  }

  @Test
  void leaseFor_fewRows_changesNothing() {
    requireBlas();
    SingleThreadedBlas none = SingleThreadedBlas.leaseFor(Gemm.FEW_ROWS);
    assertEquals(2, threads());
    none.close();
    SingleThreadedBlas some = SingleThreadedBlas.leaseFor(Gemm.FEW_ROWS + 1);
    assertEquals(1, threads());
    some.close();
    assertEquals(2, threads());
  }
}
