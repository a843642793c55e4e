package io.github.moe4j.core.internal;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Products against three loops: all transposes, sizes of 1, results that lie inside others. */
@ExtendWith(Seeds.class)
class GemmTest {
  private static INDArray normal(DataType type, long salt, long... shape) {
    return RandomArrays.normal(type, Seeds.random(salt), shape);
  }

  private static double[] naive(
      INDArray a, boolean ta, INDArray b, boolean tb, double beta, INDArray c) {
    double[] result = values(c);
    int n = (int) c.size(1);
    long inner = a.size(ta ? 0 : 1);
    for (int i = 0; i < result.length; i++) {
      result[i] = beta == 0 ? 0 : beta * result[i];
      for (long k = 0; k < inner; k++) {
        double left = ta ? a.getDouble(k, i / n) : a.getDouble(i / n, k);
        double right = tb ? b.getDouble(i % n, k) : b.getDouble(k, i % n);
        result[i] += left * right;
      }
    }
    return result;
  }

  @ParameterizedTest(name = "m {0}, n {1}, k {2}")
  @CsvSource({"1,1,1", "1,5,3", "5,1,3", "5,3,1", "1,1,7", "1,7,1", "7,1,1", "17,9,33"})
  void multiply_allTransposes_matchesLoops(int m, int n, int k) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      for (int flags = 0; flags < 8; flags++) {
        boolean ta = (flags & 1) != 0;
        boolean tb = (flags & 2) != 0;
        double beta = (flags & 4) != 0 ? 1 : 0;
        INDArray a = ta ? normal(type, 1, k, m) : normal(type, 1, m, k);
        INDArray b = tb ? normal(type, 2, n, k) : normal(type, 2, k, n);
        INDArray tall = normal(type, 3, m + 4, n);
        INDArray c = Gemm.rows(tall, 2, m + 2);
        INDArray before = tall.dup();
        double[] expected = naive(a, ta, b, tb, beta, c);
        Gemm.multiply(a, ta, b, tb, beta, c);
        assertNear("flags " + flags, expected, values(c), type == DataType.FLOAT ? 1e-5 : 1e-13);
        assertSameBits("above", Gemm.rows(before, 0, 2), Gemm.rows(tall, 0, 2));
        assertSameBits("below", Gemm.rows(before, m + 2, m + 4), Gemm.rows(tall, m + 2, m + 4));
      }
    }
  }

  @Test
  void multiply_noElements_nothing() {
    INDArray none = Nd4j.create(DataType.FLOAT, 0, 3);
    INDArray weight = normal(DataType.FLOAT, 1, 5, 3);
    Gemm.multiply(none, false, weight, true, 0, Nd4j.create(DataType.FLOAT, 0, 5));
    INDArray sum = normal(DataType.FLOAT, 2, 3, 3);
    INDArray before = sum.dup();
    Gemm.multiply(none, true, none, false, 1, sum);
    assertSameBits("sum", before, sum);
  }

  @Test
  void multiply_partsWithoutTerms_resultStays() {
    Matrix a = Matrix.of(normal(DataType.FLOAT, 1, 2, 3));
    Matrix b = Matrix.of(normal(DataType.FLOAT, 2, 3, 4));
    INDArray c = normal(DataType.FLOAT, 3, 2, 4);
    INDArray before = c.dup();
    Gemm.multiply(a.columns(1, 1), false, b.rows(2, 2), false, 0, Matrix.of(c));
    Gemm.multiply(
        a.rows(1, 1), true, b.rows(0, 0), false, 0, Matrix.of(normal(DataType.FLOAT, 4, 3, 4)));
    assertSameBits("c", before, c);
  }

  @ParameterizedTest(name = "m {0}, n {1}, k {2}")
  @CsvSource({"3,2,4", "511,255,33", "512,256,33", "513,257,33"})
  void multiplyInParallel_smallOrSizesOfTiles_matchesLoopsAndClosesItsLease(int m, int n, int k) {
    int open = SingleThreadedBlas.open();
    for (int flags = 0; flags < 4; flags++) {
      boolean ta = (flags & 1) != 0;
      boolean tb = (flags & 2) != 0;
      INDArray a = ta ? normal(DataType.DOUBLE, 1, k, m) : normal(DataType.DOUBLE, 1, m, k);
      INDArray b = tb ? normal(DataType.DOUBLE, 2, n, k) : normal(DataType.DOUBLE, 2, k, n);
      INDArray c = normal(DataType.DOUBLE, 3, m, n);
      INDArray expected = c.dup();
      Gemm.multiply(new Nd4jBlas(), Matrix.of(a), ta, Matrix.of(b), tb, 1, Matrix.of(expected));
      Gemm.multiplyInParallel(a, ta, b, tb, 1, c);
      assertNear("flags " + flags, expected, c, 1e-12);
    }
    assertEquals(open, SingleThreadedBlas.open());
  }

  @Test
  void fewRowsInOneThread_asTheLibrarySays() {
    assertEquals(Gemm.blas().fewRowsInOneThread(), Gemm.fewRowsInOneThread());
  }

  @Test
  void rows_none_emptyMatrix() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray matrix = normal(type, 1, 4, 3);
      for (int row : new int[] {0, 2, 4}) {
        INDArray none = Gemm.rows(matrix, row, row);
        assertArrayEquals(new long[] {0, 3}, none.shape());
        assertEquals(type, none.dataType());
      }
    }
  }

  @Test
  void rows_viewOfView_rightPlace() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray flat =
          RandomArrays.of(type, IntStream.range(0, 120).asDoubleStream().toArray(), 120);
      INDArray matrix =
          flat.get(NDArrayIndex.interval(12, 72)).reshape('c', 20, 3); // values 12 … 71
      assertArrayEquals(new double[] {27, 28, 29, 30, 31, 32}, values(Gemm.rows(matrix, 5, 7)));
      INDArray block = Gemm.rows(matrix, 4, 9); // rows 4 … 8: values 24 … 38
      assertArrayEquals(new double[] {30, 31, 32}, values(Gemm.rows(block, 2, 3)));
      Gemm.rows(block, 0, 1).putScalar(0, 0, -2);
      assertEquals(-2, flat.getDouble(24));
    }
  }
}
