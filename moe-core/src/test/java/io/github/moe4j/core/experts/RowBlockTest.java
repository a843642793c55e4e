package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class RowBlockTest {
  private final int before = threads();

  private static int threads() {
    return Nd4j.factory().blas().getMaxThreads();
  }

  @BeforeEach
  void severalThreads() {
    Nd4j.factory().blas().setMaxThreads(2);
  }

  @AfterEach
  void threadsAsBefore() {
    Nd4j.factory().blas().setMaxThreads(before);
  }

  @Test
  void of_loads_coverEveryRowOnceLargestFirst() {
    // experts of 3, 0, 1025 and 512 rows: 1025 are cut into three
    int[] start = {0, 3, 3, 1028, 1540};
    List<RowBlock> blocks = RowBlock.of(start);
    assertEquals(
        List.of(512, 342, 342, 341, 3), blocks.stream().map(RowBlock::rows).toList());
    int[] seen = new int[1540];
    for (RowBlock block : blocks) {
      assertTrue(start[block.expert()] <= block.from() && block.to() <= start[block.expert() + 1]);
      for (int r = block.from(); r < block.to(); r++) {
        seen[r]++;
      }
    }
    for (int r = 0; r < seen.length; r++) {
      assertEquals(1, seen[r], "row " + r);
    }
  }

  @Test
  void whole_loads_oneBlockAnExpertWithRows() {
    assertEquals(
        List.of(new RowBlock(2, 3, 1028, false), new RowBlock(0, 0, 3, false)),
        RowBlock.whole(new int[] {0, 3, 3, 1028, 1028}));
  }

  @Test
  void forward_fewRows_onlyRowsOfExpertsAreVectors() {
    assertEquals(
        List.of(new RowBlock(2, 1, 3, false), new RowBlock(0, 0, 1, true)),
        RowBlock.forward(new int[] {0, 1, 1, 3}));
    assertEquals(RowBlock.of(new int[] {0, 1, 64}), RowBlock.forward(new int[] {0, 1, 64}));
    assertEquals(List.of(), RowBlock.forward(new int[] {0, 0}));
  }

  @Test
  void of_noRows_nothing() {
    assertEquals(List.of(), RowBlock.of(new int[] {0, 0, 0}));
    RowBlock.forEach(List.of(), block -> {
      throw new AssertionError("no block");
    });
  }

  @Test
  void forEach_manyRows_eachBlockOnceWithSingleThreadedBlas() {
    List<RowBlock> blocks = RowBlock.of(new int[] {0, 100, 300, 301});
    ConcurrentLinkedQueue<RowBlock> done = new ConcurrentLinkedQueue<>();
    RowBlock.forEach(blocks, block -> {
      assertEquals(1, threads());
      done.add(block);
    });
    assertEquals(3, done.size());
    assertTrue(done.containsAll(blocks));
    assertEquals(2, threads());
  }

  @Test
  void forEach_fewRows_blasAsItIs() {
    RowBlock.forEach(RowBlock.of(new int[] {0, 1, 5}), block -> assertEquals(2, threads()));
  }

  @Test
  void forEach_workFails_errorLeavesAfterAllAndSettingIsRestored() {
    List<RowBlock> blocks = RowBlock.of(new int[] {0, 100, 200, 300});
    ConcurrentLinkedQueue<Integer> done = new ConcurrentLinkedQueue<>();
    var error = assertThrows(
        IllegalStateException.class,
        () -> RowBlock.forEach(blocks, block -> {
          done.add(block.expert());
          if (block.expert() == 0) {
            throw new IllegalStateException("on purpose");
          }
        }));
    assertEquals("on purpose", error.getMessage());
    assertEquals(2, threads());
  }

  @Test
  void lease_nested_lastOneRestores() {
    SingleThreadedBlas first = SingleThreadedBlas.lease();
    SingleThreadedBlas second = SingleThreadedBlas.lease();
    first.close();
    first.close();
    assertEquals(1, threads());
    second.close();
    assertEquals(2, threads());
  }
}
