package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.vector.FloatVectorKernel;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of matrices in the layouts of a kernel, in arrays that hold NaN before. */
class PanelTest {
  /** Columns of the matrix. */
  private static final int STRIDE = 1100;

  private Kernel<float[]> kernel;
  private Window<float[]> matrix;
  private int width;

  @BeforeEach
  void open() {
    LoadedKernels.requireModule();
    kernel = new FloatVectorKernel();
    width = kernel.width();
    float[] elements = new float[100 * STRIDE];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = i + 1;
    }
    matrix = new Window.Floats(FloatBuffer.wrap(elements), 0, STRIDE);
  }

  private static float element(int row, int column) {
    return row * STRIDE + column + 1;
  }

  private void inRoom(Consumer<Room<float[]>> work) {
    new Room.Pool<>(kernel).with(room -> {
      for (int number = 0; number < 3; number++) {
        Arrays.fill(room.array(number, 1 << 19), Float.NaN);
      }
      work.accept(room);
    });
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 5", "3, 32", "4, 33", "3, 70"})
  void columns_ofTheMatrix_panelsThatZerosFill(int terms, int columns) {
    inRoom(room -> {
      float[] panels = room.array(1, 0);
      new PanelLoader<>(kernel, room, 0, terms).columns(matrix, 7, 2, columns, panels, 5);
      int even = PanelLoader.even(terms);
      for (int c = 0; c < kernel.padded(columns); c++) {
        for (int p = 0; p < even; p++) {
          float expected = c < columns && p < terms ? element(7 + p, 2 + c) : 0;
          assertEquals(
              expected,
              panels[5 + c / width * width * even + p * width + c % width],
              "term " + p + ", column " + c);
        }
      }
      assertTrue(Float.isNaN(panels[4]), "before");
      assertTrue(Float.isNaN(panels[5 + kernel.padded(columns) * even]), "after");
    });
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 5", "3, 32", "4, 32", "4, 33", "3, 70", "300, 2"})
  void rows_ofTheMatrix_panelsThatZerosFill(int terms, int rows) {
    inRoom(room -> {
      float[] panels = room.array(1, 0);
      new PanelLoader<>(kernel, room, 0, terms).rows(matrix, 7, rows, panels);
      int even = PanelLoader.even(terms);
      int origin = kernel.origin();
      for (int c = 0; c < kernel.padded(rows); c++) {
        for (int p = 0; p < even; p++) {
          float expected = c < rows && p < terms ? element(7 + c, p) : 0;
          assertEquals(
              expected,
              panels[origin + c / width * width * even + p * width + c % width],
              "term " + p + ", column " + c);
        }
      }
      assertTrue(Float.isNaN(panels[origin + kernel.padded(rows) * even]), "after");
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 255, 256, 257, 300})
  void load_segments_rowsInThem(int terms) {
    int rows = 3;
    float[] array = new float[Segments.length(rows, terms)];
    Arrays.fill(array, Float.NaN);
    Segments<float[]> segments = new Segments<>(array, rows, terms);
    segments.load(matrix, 4, rows, 2);
    segments.clearRest(kernel, rows);
    int written = 0;
    for (int r = 0; r < rows; r++) {
      for (int p = 0; p < PanelLoader.even(terms); p++) {
        int at = p / SEGMENT * SEGMENT * rows + r * SEGMENT + p % SEGMENT;
        assertEquals(p < terms ? element(4 + r, 2 + p) : 0, array[at], "row " + r + ", term " + p);
        written++;
      }
    }
    int kept = 0;
    for (float value : array) {
      kept += Float.isNaN(value) ? 1 : 0;
    }
    assertEquals(array.length, written + kept);
  }

  @Test
  void length_segments_wholeOnes() {
    assertEquals(0, Segments.length(3, 0));
    assertEquals(3 * SEGMENT, Segments.length(3, 1));
    assertEquals(3 * SEGMENT, Segments.length(3, SEGMENT - 1));
    assertEquals(3 * SEGMENT, Segments.length(3, SEGMENT));
    assertEquals(3 * 2 * SEGMENT, Segments.length(3, SEGMENT + 1));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "5, 2", "16, 3", "17, 4", "32, 5", "33, 2", "64, 3", "70, 259"})
  void load_columnPanels_rowsAreColumnsAndZerosFill(int rows, int terms) {
    inRoom(room -> {
      ColumnPanels<float[]> panels = ColumnPanels.in(room, 1, kernel, rows, terms);
      float[] scratch = scratch(panels.scratchLength(terms));
      panels.load(kernel, matrix, scratch);
      assertEquals(rows, panels.rows());
      assertEquals((rows + width - 1) / width, panels.count());
      int even = PanelLoader.even(terms);
      int end = 0;
      for (int c = 0; c < rows; c++) {
        int panel = c / width;
        int rest = Math.min(width, rows - panel * width);
        int here = rest <= width / 2 ? width / 2 : width;
        assertEquals(rest, panels.columns(panel));
        assertEquals(here, panels.width(panel));
        for (int p = 0; p < even; p++) {
          int at = kernel.origin() + panel * width * even + p * here + c % width;
          assertEquals(at, panels.at(panel, p) + c % width);
          assertEquals(p < terms ? element(c, p) : 0, panels.array()[at], "row " + c);
        }
        end = kernel.origin() + panel * width * even + even * here;
        for (int fill = rest; fill < here; fill++) {
          assertEquals(0, panels.array()[panels.at(panel, 0) + fill], "after the last row");
        }
      }
      assertTrue(Float.isNaN(panels.array()[end]), "after");
    });
  }

  @Test
  void in_morePanelsThanTheSmallestRoom_roomForAll() {
    inRoom(room -> {
      ColumnPanels<float[]> panels = ColumnPanels.in(room, 1, kernel, 640, 1024);
      assertTrue(panels.array().length >= panels.at(panels.count() - 1, 1024));
    });
  }

  private static float[] scratch(int length) {
    float[] scratch = new float[length];
    Arrays.fill(scratch, Float.NaN);
    return scratch;
  }

  @Test
  void load_termsOfAPanelInParts_sameAsAtOnce() {
    inRoom(room -> {
      int rows = width + 3;
      int terms = 7;
      ColumnPanels<float[]> whole = ColumnPanels.in(room, 1, kernel, rows, terms);
      whole.load(kernel, matrix, scratch(whole.scratchLength(terms)));
      ColumnPanels<float[]> parts = ColumnPanels.in(room, 2, kernel, rows, terms);
      for (int panel = 0; panel < 2; panel++) {
        parts.load(kernel, matrix, panel, 0, 2, 0, scratch(parts.scratchLength(2)));
        parts.load(kernel, matrix, panel, 2, 2, 2, scratch(parts.scratchLength(2)));
        parts.load(kernel, matrix, panel, 4, 3, 4, scratch(parts.scratchLength(3)));
      }
      assertArrayEquals(whole.array(), parts.array());
      // Of odd parts in the middle no zero term overwrites the next.
      parts.load(kernel, matrix, 1, 1, 1, 1, scratch(parts.scratchLength(1)));
      assertArrayEquals(whole.array(), parts.array());
    });
  }

  @ParameterizedTest
  @CsvSource({"3, 5", "16, 4", "33, 3", "70, 2"})
  void store_panelsOfValues_rowsOfTheMatrix(int rows, int count) {
    inRoom(room -> {
      ColumnPanels<float[]> panels = ColumnPanels.in(room, 1, kernel, rows, count);
      panels.load(kernel, matrix, scratch(panels.scratchLength(count)));
      float[] target = new float[rows * 10];
      Window<float[]> window = new Window.Floats(FloatBuffer.wrap(target), 0, 10);
      for (int panel = 0; panel < panels.count(); panel++) {
        int at = panels.at(panel, 0);
        float[] scratch = scratch(panels.scratchLength(count));
        panels.store(kernel, panels.array(), at, panel, window, 2, count, scratch);
      }
      for (int r = 0; r < rows; r++) {
        for (int p = 0; p < 10; p++) {
          float expected = p >= 2 && p < 2 + count ? element(r, p - 2) : 0;
          assertEquals(expected, target[r * 10 + p], "row " + r + ", column " + p);
        }
      }
    });
  }

  @ParameterizedTest
  @CsvSource({"1, 5, 3", "3, 40, 258", "2, 70, 513"})
  void multiply_segmentsByColumnPanels_matchesLoops(int count, int rows, int terms) {
    float[] small = new float[count * STRIDE];
    float[] other = new float[rows * STRIDE];
    for (int i = 0; i < small.length; i++) {
      small[i] = i % 7 - 3;
    }
    for (int i = 0; i < other.length; i++) {
      other[i] = i % 11 - 5;
    }
    inRoom(room -> {
      int padded = kernel.paddedRows(count);
      Segments<float[]> left =
          new Segments<>(room.array(0, Segments.length(padded, terms)), padded, terms);
      left.load(new Window.Floats(FloatBuffer.wrap(small), 0, STRIDE), 0, count);
      left.clearRest(kernel, count);
      ColumnPanels<float[]> right = ColumnPanels.in(room, 1, kernel, rows, terms + 256);
      Window<float[]> window = new Window.Floats(FloatBuffer.wrap(other), 0, STRIDE);
      right.load(kernel, window, scratch(right.scratchLength(terms + 256)));
      for (int panel = 0; panel < right.count(); panel++) {
        int here = right.width(panel);
        float[] sum = new float[2 + padded * here];
        left.multiply(kernel, count, right, panel, 256, sum, 2);
        for (int r = 0; r < count; r++) {
          for (int c = 0; c < right.columns(panel); c++) {
            float expected = 0;
            for (int p = 0; p < terms; p++) {
              expected += small[r * STRIDE + p] * other[(panel * width + c) * STRIDE + 256 + p];
            }
            assertEquals(expected, sum[2 + r * here + c], "row " + r + ", column " + c);
          }
        }
      }
    });
  }
}
