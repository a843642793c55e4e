package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RankRowsTest {
  private static void requireRefused(String message, INDArray rows) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new RankRows(rows, new int[] {0, 2}));
    assertEquals(message, refusal.getMessage());
  }

  @Test
  void rankRows_noMatrix_refused() {
    requireRefused("rows must be [*, *] but was [2]", Nd4j.ones(DataType.FLOAT, 2));
    requireRefused("rows must be [*, *] but was [2, 1, 3]", Nd4j.ones(DataType.FLOAT, 2, 1, 3));
  }

  @Test
  void rankRows_closedArray_refused() {
    INDArray rows = Nd4j.ones(DataType.FLOAT, 2, 3);
    rows.close();

    requireRefused(
        "rows must be usable but it, or the array of which it is a view, was closed", rows);
  }

  @Test
  void rankRows_columnsFirst_refused() {
    requireRefused(
        "rows must be contiguous in c order but has order f and strides [1, 2]",
        Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f'));
  }

  @Test
  void rankRows_integers_refused() {
    requireRefused(
        "rows must be FLOAT or DOUBLE but was INT", Nd4j.createFromArray(new int[][] {{1}, {2}}));
  }
}
