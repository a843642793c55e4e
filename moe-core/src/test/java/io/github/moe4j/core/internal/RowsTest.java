package io.github.moe4j.core.internal;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** {@link Rows}, {@link RowMap}, {@link Parallel}, {@link Zero} and {@link Contiguous}. */
@ExtendWith(Seeds.class)
class RowsTest {
  private static final List<DataType> TYPES = List.of(DataType.FLOAT, DataType.DOUBLE);

  private static INDArray normal(DataType type, long... shape) {
    return RandomArrays.normal(type, Seeds.random(1), shape);
  }

  @Test
  void readAndWrite_allRows_sameNumbers() {
    for (DataType type : TYPES) {
      INDArray array = normal(type, 5, 2, 3);
      INDArray copy = Nd4j.create(type, 5, 2, 3);
      Rows from = Rows.of(array);
      Rows to = Rows.of(copy);
      assertEquals(5, from.rows());
      assertEquals(6, from.width());
      double[] row = new double[6];
      for (int r = 4; r >= 0; r--) {
        from.read(r, row);
        to.fork().write(r, row);
      }
      assertSameBits("copy", array, copy);
    }
  }

  @Test
  void write_viewInsideLargerArray_onlyThere() {
    for (DataType type : TYPES) {
      INDArray outer = Nd4j.zeros(type, 6, 3);
      INDArray inner = rows(rows(outer, 1, 6), 1, 4);
      Rows.of(inner).write(1, new double[] {7, 8, 9});
      double[] expected = new double[18];
      expected[9] = 7;
      expected[10] = 8;
      expected[11] = 9;
      assertArrayEquals(expected, values(outer));
      Rows.of(outer).write(2, new double[] {1, 2, 3});
      Zero.fill(inner);
      assertEquals(0, outer.maxNumber().doubleValue());
    }
  }

  @Test
  void write_float32_roundsOnce() {
    INDArray array = Nd4j.create(DataType.FLOAT, 1, 2);
    Rows.of(array).write(0, new double[] {0.1, 1 + 1e-9});
    assertArrayEquals(new double[] {0.1f, 1}, values(array));
  }

  @Test
  void of_notContiguous_saysSo() {
    INDArray fOrder = normal(DataType.FLOAT, 3, 4).dup('f');
    var error = assertThrows(IllegalArgumentException.class, () -> Rows.of(fOrder));
    assertEquals(
        "array must be contiguous in c order but has order f and strides [1, 3]",
        error.getMessage());
  }

  /** Buffers of one row, of three, and one of all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 6, 100})
  void readAndWrite_severalBuffers_sameNumbers(long segment) {
    for (DataType type : TYPES) {
      INDArray array = normal(type, 7, 2);
      INDArray copy = Nd4j.create(type, 7, 2);
      INDArray moved = Nd4j.create(type, 7, 2);
      Rows from = Rows.of(array, segment);
      Rows to = Rows.of(copy, segment).fork();
      double[] row = new double[2];
      for (int r = 0; r < 7; r++) {
        from.read(r, row);
        assertArrayEquals(new double[] {array.getDouble(r, 0), array.getDouble(r, 1)}, row);
        to.write(r, row);
        from.copy(r, Rows.of(moved), 6 - r);
      }
      assertSameBits("copy", array, copy);
      for (int r = 0; r < 7; r++) {
        assertSameBits("row " + r, values(array.getRow(r)), values(moved.getRow(6 - r)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 6, 100})
  void readAndWrite_runsOfRowsAcrossBuffers_sameNumbers(long segment) {
    INDArray floats = normal(DataType.FLOAT, 8, 2);
    INDArray doubles = normal(DataType.DOUBLE, 8, 2);
    for (int first = 0; first < 8; first++) {
      for (int count = 0; count <= 8 - first; count++) {
        float[] singles = new float[2 * count];
        Rows.of(floats, segment).read(first, count, singles);
        INDArray singlesOnly = Nd4j.zeros(DataType.FLOAT, 8, 2);
        Rows.of(singlesOnly, segment).write(first, count, singles);
        assertSameBits("float", values(onlyRows(floats, first, count)), values(singlesOnly));

        double[] wide = new double[2 * count];
        Rows.of(doubles, segment).read(first, count, wide);
        INDArray wideOnly = Nd4j.zeros(DataType.DOUBLE, 8, 2);
        Rows.of(wideOnly, segment).write(first, count, wide);
        assertSameBits("double", values(onlyRows(doubles, first, count)), values(wideOnly));
      }
    }
  }

  @Test
  void readAndWrite_rowBeyondTheLast_refused() {
    for (DataType type : TYPES) {
      Rows rows = Rows.of(normal(type, 7, 2), 6);
      double[] row = new double[2];
      for (int beyond : new int[] {7, 8, 9}) {
        assertThrows(IndexOutOfBoundsException.class, () -> rows.read(beyond, row));
        assertThrows(IndexOutOfBoundsException.class, () -> rows.write(beyond, row));
      }
    }
  }

  /** A copy with zeros in the other rows. */
  private static INDArray onlyRows(INDArray array, int first, int count) {
    INDArray copy = array.dup();
    for (int r = 0; r < array.size(0); r++) {
      if (r < first || r >= first + count) {
        copy.putRow(r, Nd4j.zeros(array.dataType(), array.size(1)));
      }
    }
    return copy;
  }

  @Test
  void readAndWrite_float32AsItIs_acrossBuffers() {
    INDArray array = normal(DataType.FLOAT, 7, 2);
    INDArray copy = Nd4j.create(DataType.FLOAT, 7, 2);
    float[] row = new float[2];
    for (int r = 0; r < 7; r++) {
      Rows.of(array, 4).read(r, row);
      Rows.of(copy, 6).write(r, row);
    }
    assertSameBits("copy", array, copy);
    assertTrue(Rows.of(array).areFloats());
    assertFalse(Rows.of(normal(DataType.DOUBLE, 1, 1)).areFloats());
  }

  @Test
  void fill_anyArray_zeroAndNeighboursKept() {
    for (DataType type : TYPES) {
      INDArray outer = normal(type, 9, 4);
      INDArray expected = outer.dup();
      INDArray block = rows(outer, 3, 5);
      rows(expected, 3, 5).assign(0);
      Zero.fill(block);
      assertSameBits("outer", expected, outer);
      Zero.fill(Nd4j.create(type, 0, 3));
    }
    INDArray fOrder = normal(DataType.FLOAT, 3, 4).dup('f');
    assertThrows(IllegalArgumentException.class, () -> Zero.fill(fOrder));
  }

  private static INDArray rows(INDArray array, int from, int to) {
    return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  @ParameterizedTest
  @CsvSource({"0,5", "1,1", "3,5", "17,33", "300,40"})
  void rowMap_severalArrays_everyRowOnce(int rows, int width) {
    for (DataType type : TYPES) {
      INDArray a = normal(type, rows, width);
      INDArray b = Nd4j.ones(type, rows, 2);
      INDArray sum = Nd4j.create(type, rows, 1);
      INDArray before = a.isEmpty() ? a : a.dup();
      RowMap.apply(List.of(a, b), List.of(sum, b), (r, in, out) -> {
        out[0][0] = r + in[0][width - 1];
        out[1][0] = in[1][0] + r;
        out[1][1] = in[1][1] - r;
      });
      assertSameBits("a", before, a);
      for (int r = 0; r < rows; r++) {
        assertEquals(r + a.getDouble(r, width - 1), sum.getDouble(r, 0), 1e-4);
        assertEquals(1 + r, b.getDouble(r, 0));
        assertEquals(1 - r, b.getDouble(r, 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 7, 1000})
  void ranges_anyGrain_everyRowOnce(int n) {
    for (int grain : new int[] {0, 1, 2, 5, 5000}) {
      AtomicIntegerArray visits = new AtomicIntegerArray(Math.max(1, n));
      Parallel.ranges(n, grain, (from, to) -> {
        for (int i = from; i < to; i++) {
          visits.incrementAndGet(i);
        }
      });
      for (int i = 0; i < n; i++) {
        assertEquals(1, visits.get(i), "row " + i);
      }
    }
  }

  @Test
  void ranges_workThrows_reachesCaller() {
    assertThrows(
        IllegalStateException.class,
        () -> Parallel.ranges(100, 1, (from, to) -> {
          throw new IllegalStateException("stop");
        }));
  }

  @Test
  void contiguous_views_toldApart() {
    INDArray a = normal(DataType.FLOAT, 4, 6);
    assertTrue(Contiguous.is(a));
    assertTrue(Contiguous.is(rows(a, 1, 3)));
    assertTrue(Contiguous.is(a.reshape('c', 2, 2, 6)));
    assertFalse(Contiguous.is(a.dup('f')));
    assertFalse(Contiguous.is(a.transpose()));
    assertFalse(Contiguous.is(a.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3))));
    assertFalse(Contiguous.is(a.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 3))));
    assertFalse(Contiguous.is(a.get(NDArrayIndex.interval(0, 2, 4), NDArrayIndex.all())));
    assertSame(a, Contiguous.of(a));
    assertNear("copy", a, Contiguous.of(a.dup('f')), 0);
    assertTrue(Contiguous.is(Contiguous.of(a.transpose())));
  }
}
