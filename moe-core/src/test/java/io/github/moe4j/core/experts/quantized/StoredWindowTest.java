package io.github.moe4j.core.experts.quantized;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.internal.kernel.Kernel;
import org.junit.jupiter.api.Test;

/** Stored weights as products read them: their numbers, and how many stored rows are read for them. */
class StoredWindowTest {
  private static final int FIRST_ROW = 3;
  private static final int FIRST_COLUMN = 2;

  private final HeapMatrix matrix = new HeapMatrix(numbers(540, 260), HeapMatrix.file());

  private static float[][] numbers(int rows, int columns) {
    float[][] numbers = new float[rows][columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        numbers[r][c] = number(r, c);
      }
    }
    return numbers;
  }

  private static float number(int row, int column) {
    return 1000 * row + column;
  }

  /** Outputs are columns. */
  private StoredWindow transposed(int out, int in) {
    return StoredWindow.of(new StoredWeight(matrix, out, in, FIRST_ROW, FIRST_COLUMN, 1, true));
  }

  private static float weight(int output, int input) {
    return number(FIRST_ROW + input, FIRST_COLUMN + output);
  }

  private void requireRead(int reads, StoredWindow window, int output, int input, int count) {
    float[] target = new float[count + 1];
    window.read(output, input, count, target, 1);
    for (int i = 0; i < count; i++) {
      assertEquals(weight(output, input + i), target[1 + i]);
    }
    assertEquals(reads, matrix.reads.getAndSet(0));
  }

  private void requireSegments(
      int reads, StoredWindow window, int first, int count, int column, int terms) {
    int segments = (terms + Kernel.SEGMENT - 1) / Kernel.SEGMENT;
    float[] target = new float[segments * count * Kernel.SEGMENT];
    window.readSegments(first, count, column, terms, target, count);
    for (int r = 0; r < count; r++) {
      for (int i = 0; i < terms; i++) {
        int at = (i / Kernel.SEGMENT * count + r) * Kernel.SEGMENT + i % Kernel.SEGMENT;
        assertEquals(weight(first + r, column + i), target[at], "output " + r + ", input " + i);
      }
    }
    assertEquals(reads, matrix.reads.getAndSet(0));
  }

  @Test
  void read_outputsThatAreRows_partOfARow() {
    StoredWindow window =
        StoredWindow.of(new StoredWeight(matrix, 9, 30, FIRST_ROW, FIRST_COLUMN, 2, false));
    float[] target = new float[4];
    window.read(4, 7, 3, target, 1);
    assertArrayEquals(new float[] {0, 11009, 11010, 11011}, target);
  }

  @Test
  void read_withinAStrip_readsNothingAgain() {
    StoredWindow window = transposed(200, 20);
    requireRead(5, window, 10, 3, 5); // outputs 10 … 105, inputs 3 … 7
    requireRead(0, window, 10, 3, 5);
    requireRead(0, window, 105, 3, 5);
    requireRead(0, window, 50, 3, 1);
    requireRead(0, window, 50, 7, 1);
  }

  @Test
  void read_beyondAStrip_readsTheNext() {
    StoredWindow window = transposed(200, 20);
    requireRead(5, window, 10, 3, 5); // outputs 10 … 105, inputs 3 … 7
    requireRead(5, window, 106, 3, 5); // outputs 106 … 199
    requireRead(0, window, 199, 3, 5);
    requireRead(5, window, 105, 3, 5); // outputs 105 … 199
    requireRead(3, window, 150, 2, 3); // inputs 2 … 4
    requireRead(2, window, 199, 4, 2);
  }

  @Test
  void readSegments_someOutputs_stripsEndWhereRequestsEnd() {
    StoredWindow window = transposed(250, 20);
    requireSegments(20, window, 0, 5, 0, 20); // 19 times 5 outputs: 0 … 94
    requireSegments(0, window, 90, 5, 0, 20);
    requireSegments(20, window, 95, 5, 0, 20); // 95 … 189
    requireSegments(20, window, 187, 5, 0, 20); // 187 … 249
    requireSegments(20, window, 0, 130, 0, 20); // more than a strip has
    requireSegments(0, window, 129, 1, 0, 20);
    requireSegments(20, window, 130, 1, 0, 20);
  }

  @Test
  void readSegments_anyTerms_fillAnArrayOfTheirLength() {
    StoredWindow window = transposed(9, 520);
    for (int terms : new int[] {1, 7, 8, 9, 255, 256, 257, 511, 512, 515}) {
      requireSegments(terms, window, 4, 3, 5, terms);
    }
  }

  @Test
  void of_outputsApart_mustEndWithinTheMatrix() {
    HeapMatrix small = new HeapMatrix(numbers(5, 5), HeapMatrix.file());
    assertArrayEquals(
        new float[] {0, 1, 2000, 2001, 4000, 4001},
        new StoredWeight(small, 3, 2, 0, 0, 2, false).toArray());
    assertArrayEquals(
        new float[] {3000, 4000, 3002, 4002, 3004, 4004},
        new StoredWeight(small, 3, 2, 3, 0, 2, true).toArray());
    requireOutside("has 5 rows from 1 and 2 columns from 0", small, 1, 0, false);
    requireOutside("has 5 rows from 0 and 2 columns from 4", small, 0, 4, false);
    requireOutside("has 2 rows from 4 and 5 columns from 0", small, 4, 0, true);
    requireOutside("has 2 rows from 0 and 5 columns from 1", small, 0, 1, true);
  }

  private static void requireOutside(
      String where, StoredMatrix matrix, int firstRow, int firstColumn, boolean transposed) {
    assertEquals(
        "weight must be within a matrix [5,5] but " + where,
        assertThrows(
                IllegalArgumentException.class,
                () -> new StoredWeight(matrix, 3, 2, firstRow, firstColumn, 2, transposed))
            .getMessage());
  }
}
