package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each loop of a kernel alone, against plain loops, at places in the middle of arrays whose other elements must
 * stay. Numbers are whole and small, so sums are exact in any order. Needs the module, but not that the JVM
 * compiles vectors.
 *
 * @param <A> array of the elements
 */
abstract class KernelContract<A> {
  /** Elements before and after what a loop works on. */
  private static final int BEFORE = 3;

  private static final int AFTER = 5;

  private final SplittableRandom random = new SplittableRandom(Seeds.seed());

  /** The kernel with the tiles for this processor. */
  abstract Kernel<A> kernel();

  /** The kernel with other tiles. */
  abstract Kernel<A> kernel(int most);

  /** An array of the kernel's type with these numbers. */
  abstract A array(double[] values);

  abstract double[] values(A array);

  /** Bytes of an element. */
  abstract int bytes();

  /** As the widths are those of this processor, the other tiles are tried with them too. */
  private List<Kernel<A>> tiles() {
    return List.of(kernel(6), kernel(12));
  }

  @BeforeAll
  static void requireModule() {
    LoadedKernels.requireModule();
  }

  private double[] numbers(int length) {
    return random.ints(length, -99, 100).asDoubleStream().toArray();
  }

  @Test
  void sizes_ofPanels_twoVectors() {
    Kernel<A> kernel = kernel();
    int width = kernel.width();
    assertEquals(width, 2 * kernel.narrowWidth());
    assertEquals(0, width % 4);
    assertEquals(64, 16 + kernel.origin() * bytes());
    int tile = kernel.tileRows();
    assertTrue(tile == 6 || tile == 12, "rows of a tile: " + tile);
    assertEquals(2 * tile, kernel.paddedRows(2 * tile));
    assertEquals(0, kernel.padded(0));
    assertEquals(width, kernel.padded(1));
    assertEquals(width, kernel.padded(width));
    assertEquals(2 * width, kernel.padded(width + 1));
    assertArrayEquals(new double[7], values(kernel.allocate(7)));
  }

  @Test
  void multiply_anyRows_matchesLoops() {
    for (Kernel<A> kernel : tiles()) {
      int stride = kernel.width() + 3;
      checkRows(
          kernel,
          kernel.width(),
          stride,
          (rows, terms, left, panel, sum) ->
              kernel.multiply(rows, terms, left, BEFORE, panel, BEFORE, sum, BEFORE, stride));
    }
  }

  @Test
  void multiplyNarrow_anyRows_matchesLoops() {
    for (Kernel<A> kernel : tiles()) {
      checkRows(
          kernel,
          kernel.narrowWidth(),
          kernel.narrowWidth(),
          (rows, terms, left, panel, sum) ->
              kernel.multiplyNarrow(rows, terms, left, BEFORE, panel, BEFORE, sum, BEFORE));
    }
  }

  /** A product of a segment with a panel. */
  private interface Product<A> {
    void run(int rows, int terms, A left, A panel, A sum);
  }

  private void checkRows(Kernel<A> kernel, int width, int stride, Product<A> product) {
    for (int rows = 1; rows <= 2 * kernel.tileRows() + 1; rows++) {
      for (int terms = 2; terms <= 4; terms += 2) {
        int padded = kernel.paddedRows(rows);
        double[] left = numbers(BEFORE + padded * SEGMENT + AFTER);
        double[] panel = numbers(BEFORE + terms * width + AFTER);
        double[] sum = numbers(BEFORE + padded * stride + AFTER);
        A result = array(sum);
        product.run(rows, terms, array(left), array(panel), result);
        new Sum(sum, stride, padded, width).add(terms, left, SEGMENT, 1, panel);
        assertArrayEquals(sum, values(result), rows + " rows, " + terms + " terms");
      }
    }
  }

  @Test
  void multiplyTransposed_panels_matchesLoops() {
    for (Kernel<A> kernel : tiles()) {
      int width = kernel.width();
      int stride = width + 3;
      for (int terms = 2; terms <= 6; terms += 2) {
        double[] left = numbers(BEFORE + terms * width + AFTER);
        double[] right = numbers(BEFORE + terms * width + AFTER);
        double[] sum = numbers(BEFORE + width * stride + AFTER);
        A result = array(sum);
        kernel.multiplyTransposed(
            terms, array(left), BEFORE, array(right), BEFORE, result, BEFORE, stride);
        new Sum(sum, stride, width, width).add(terms, left, 1, width, right);
        assertArrayEquals(sum, values(result), terms + " terms");
      }
    }
  }

  /** Sums by plain loops, in rows that lie {@code stride} apart. */
  private record Sum(double[] values, int stride, int rows, int columns) {
    /** Adds a product whose left factor has rows and terms that lie so far apart. */
    void add(int terms, double[] left, int ofRows, int ofTerms, double[] panel) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          for (int p = 0; p < terms; p++) {
            values[BEFORE + r * stride + c] +=
                left[BEFORE + r * ofRows + p * ofTerms] * panel[BEFORE + p * columns + c];
          }
        }
      }
    }
  }

  @Test
  void transpose_rows_columns() {
    int stride = 37;
    int apart = 7;
    for (int terms : new int[] {0, 1, 15, 16, 17, 32, 35}) {
      for (int count = 0; count <= 5; count += 5) {
        double[] rows = numbers(BEFORE + 5 * stride + AFTER);
        double[] target = numbers(BEFORE + 36 * apart + AFTER);
        A result = array(target);
        kernel().transpose(array(rows), BEFORE, stride, count, terms, result, BEFORE, apart);
        for (int c = 0; c < count; c++) {
          for (int p = 0; p < terms; p++) {
            target[BEFORE + p * apart + c] = rows[BEFORE + c * stride + p];
          }
        }
        assertArrayEquals(target, values(result), count + " rows of " + terms);
      }
    }
  }

  @Test
  void scatter_rowOfSomePanels_rowOfEach() {
    Kernel<A> kernel = kernel();
    int width = kernel.width();
    int terms = 5;
    for (int p = 0; p < terms; p++) {
      double[] row = numbers(3 * width);
      double[] panels = numbers(BEFORE + 3 * terms * width + AFTER);
      A result = array(panels);
      kernel.scatter(array(row), 3 * width, result, BEFORE, p, terms);
      for (int j = 0; j < 3 * width; j++) {
        panels[BEFORE + j / width * terms * width + p * width + j % width] = row[j];
      }
      assertArrayEquals(panels, values(result), "row " + p);
    }
  }

  @Test
  void copyClearRepeatScale_parts_onlyThose() {
    Kernel<A> kernel = kernel();
    double[] source = numbers(20);
    double[] target = numbers(20);
    A result = array(target);
    kernel.copy(array(source), 2, result, 5, 7);
    System.arraycopy(source, 2, target, 5, 7);
    assertArrayEquals(target, values(result), "copied");

    kernel.clear(result, 3, 4);
    Arrays.fill(target, 3, 7, 0);
    assertArrayEquals(target, values(result), "cleared");

    kernel.scale(result, 8, array(source), 4, 6, 0.5);
    for (int i = 0; i < 6; i++) {
      target[8 + i] *= source[4 + i] * 0.5;
    }
    assertArrayEquals(target, values(result), "scaled");

    kernel.repeat(array(source), 3, result, 6);
    for (int i = 0; i < 18; i++) {
      target[i] = source[i / 6];
    }
    assertArrayEquals(target, values(result), "repeated");
  }
}
