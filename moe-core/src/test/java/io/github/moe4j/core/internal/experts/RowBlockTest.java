package io.github.moe4j.core.internal.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowBlockTest {
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
        List.of(new RowBlock(2, 3, 1028), new RowBlock(0, 0, 3)),
        RowBlock.whole(new int[] {0, 3, 3, 1028, 1028}));
  }

  @Test
  void of_noRows_nothing() {
    assertEquals(List.of(), RowBlock.of(new int[] {0, 0, 0}));
    assertEquals(List.of(), RowBlock.whole(new int[] {0, 0, 0}));
  }
}
