package io.github.moe4j.core.internal;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.internal.kernel.Window;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import io.github.moe4j.testkit.internal.BlasThreads;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The direct calls of BLAS against the plain ones of ND4J, on parts of larger matrices. */
@ExtendWith(Seeds.class)
class BlasTest {
  private static final Blas PLAIN = new Nd4jBlas();
  private static final Blas DIRECT = OpenBlas.create();

  /** All that make products; the kernels only where this JVM runs them. */
  private static List<Blas> libraries() {
    List<Blas> all = new ArrayList<>(List.of(DIRECT, OpenBlas.of("MKL")));
    Kernels.chosen().ifPresent(kernels -> all.add(new VectorBlas(kernels, DIRECT)));
    return all;
  }

  @Test
  void isThere_cpuBackend_true() {
    assertTrue(OpenBlas.isThere());
  }

  @Test
  void isThere_otherBackendOrNoBindings_false() {
    String cpu = Nd4j.getBackend().getClass().getName();
    assertTrue(OpenBlas.isThere(cpu, String.class.getName()));
    assertFalse(OpenBlas.isThere(cpu, "org.bytedeco.openblas.NoSuchClass"));
    assertFalse(OpenBlas.isThere("org.nd4j.linalg.jcublas.JCublasBackend", String.class.getName()));
  }

  @Test
  void fewRowsInOneThread_onlyWhereTheProductsAreSplit() {
    assertTrue(OpenBlasVersion.isOpenBlas(OpenBlas.vendor()));
    assertTrue(DIRECT.fewRowsInOneThread());
    assertFalse(OpenBlas.of("MKL").fewRowsInOneThread());
    assertFalse(PLAIN.fewRowsInOneThread());
  }

  @Test
  void setThreads_anyLibrary_ofTheProcess() {
    int before = PLAIN.threads();
    for (Blas library : List.of(PLAIN, DIRECT, OpenBlas.of("MKL"))) {
      try {
        for (int threads : new int[] {2, 1, 2}) {
          library.setThreads(threads);
          assertEquals(threads, BlasThreads.now());
        }
        PLAIN.setThreads(2);
        assertEquals(2, library.threads());
      } finally {
        PLAIN.setThreads(before);
      }
    }
  }

  /** A matrix that lies inside a larger one, with numbers around it. */
  private record Part(INDArray outer, Matrix inner) {
    static Part of(DataType type, long salt, int rows, int columns) {
      INDArray outer = RandomArrays.normal(type, Seeds.random(salt), rows + 3, columns + 5);
      Matrix inner = Matrix.of(outer).rows(2, rows + 2).columns(1, columns + 1);
      return new Part(outer, inner);
    }

    Part copy() {
      INDArray copy = outer.dup();
      int rows = inner.rows();
      int columns = inner.columns();
      return new Part(copy, Matrix.of(copy).rows(2, rows + 2).columns(1, columns + 1));
    }
  }

  @ParameterizedTest(name = "m {0}, n {1}, k {2}")
  @CsvSource({
    "1,1,1",
    "1,300,70",
    "3,17,257",
    "16,700,100",
    "17,9,33",
    "100,1,3",
    "300,257,4",
    "2,1,300000"
  })
  void multiply_partsOfMatrices_likePlainAndNothingAround(int m, int n, int k) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      for (int flags = 0; flags < 8; flags++) {
        boolean ta = (flags & 1) != 0;
        boolean tb = (flags & 2) != 0;
        double beta = (flags & 4) != 0 ? 1 : 0;
        Part a = Part.of(type, 1, ta ? k : m, ta ? m : k);
        Part b = Part.of(type, 2, tb ? n : k, tb ? k : n);
        Part expected = Part.of(type, 3, m, n);
        Part before = expected.copy();
        Gemm.multiply(PLAIN, a.inner(), ta, b.inner(), tb, beta, expected.inner());
        double tolerance = (type == DataType.FLOAT ? 1e-6 : 1e-14) * Math.sqrt(k) * 10;
        for (Blas library : libraries()) {
          Part actual = before.copy();
          Gemm.multiply(library, a.inner(), ta, b.inner(), tb, beta, actual.inner());
          String what = library.getClass().getSimpleName() + " flags " + flags;
          assertNear(what, expected.outer(), actual.outer(), tolerance);
        }
      }
    }
  }

  @Test
  void multiplyInParallel_moreThanATile_matchesLoopsOfTheDiagonal() {
    INDArray a = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 1030, 40);
    INDArray b = RandomArrays.normal(DataType.FLOAT, Seeds.random(2), 259, 40);
    INDArray c = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 1030, 259);
    INDArray expected = c.dup();
    Gemm.multiply(PLAIN, Matrix.of(a), false, Matrix.of(b), true, 1, Matrix.of(expected));
    Gemm.multiplyInParallel(a, false, b, true, 1, c);
    assertNear("c", expected, c, 1e-4);
    INDArray weight = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 40, 259);
    INDArray same = weight.dup();
    Gemm.multiply(PLAIN, Matrix.of(a), true, Matrix.of(c), false, 1, Matrix.of(same));
    Gemm.multiplyInParallel(a, true, c, false, 1, weight);
    assertNear("transposed", same, weight, 1e-3);
  }

  @Test
  void multiply_sizesThatDoNotFit_oneErrorThatNamesThem() {
    Matrix a = Matrix.of(RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 2, 3));
    Matrix b = Matrix.of(RandomArrays.normal(DataType.FLOAT, Seeds.random(2), 5, 4));
    Matrix c = Matrix.of(RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 2, 5));
    var error =
        assertThrows(IllegalArgumentException.class, () -> Gemm.multiply(a, false, b, true, 0, c));
    assertEquals(
        "shapes of a matrix product must match but were FLOAT [2, 3] · FLOAT transposed [5, 4] into FLOAT [2, 5]",
        error.getMessage());
    Matrix wide = Matrix.of(RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 5, 3));
    assertThrows(IllegalArgumentException.class, () -> Gemm.multiply(a, false, wide, true, 0, c));
  }

  @Test
  void matrix_partsBeyondTheEdge_refused() {
    Matrix matrix = Matrix.of(RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 4, 6));
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.rows(2, 5));
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.columns(-1, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.rows(1, 2).rows(0, 2));
    INDArray fOrder = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 4, 6).dup('f');
    assertThrows(IllegalArgumentException.class, () -> Matrix.of(fOrder));
  }

  @Test
  void matrix_otherRank_refusedWithItsShape() {
    INDArray stack = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 2, 3, 4);
    assertEquals(
        "array must be [*, *] but was [2, 3, 4]",
        assertThrows(IllegalArgumentException.class, () -> Matrix.of(stack)).getMessage());
    INDArray four = stack.reshape(2, 3, 2, 2);
    assertEquals(
        "stack must be [*, *, *] but was [2, 3, 2, 2]",
        assertThrows(IllegalArgumentException.class, () -> Matrix.slices(four)).getMessage());
  }

  /** Up to the most that one buffer can have, all parts of an array share one. */
  @Test
  void matrix_partsOfOneArray_shareABuffer() {
    INDArray most = ClaimedArrays.create(DataType.FLOAT, 1, (1 << 28) - 1);
    for (INDArray array : new INDArray[] {Nd4j.zeros(DataType.FLOAT, 4, 6), most}) {
      Matrix matrix = Matrix.of(array);
      FloatBuffer all = ((Window.Floats) matrix.floats()).elements();
      assertEquals(array.length(), all.capacity());
      assertSame(all, ((Window.Floats) matrix.columns(1, 3).floats()).elements());
    }
  }

  @Test
  void matrix_partOfTwoGigabytes_bufferOfItsOwn() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      INDArray huge = ClaimedArrays.create(type, 1 << 20, 1 << 12);
      Matrix part = Matrix.of(huge).rows(1_000_000, 1_000_003).columns(100, 102);
      Buffer elements = type == DataType.FLOAT
          ? ((Window.Floats) part.floats()).elements()
          : ((Window.Doubles) part.doubles()).elements();
      assertEquals(2 * (1 << 12) + 2, elements.capacity());
    }
  }

  @Test
  void matrix_partOfAViewOfAView_rightPlace() {
    INDArray flat = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 120);
    INDArray stack = flat.get(NDArrayIndex.interval(12, 84)).reshape('c', 3, 6, 4);
    Matrix part = Matrix.slices(stack)[2].rows(1, 5).columns(1, 3);
    INDArray expected =
        stack.slice(2).get(NDArrayIndex.interval(1, 5), NDArrayIndex.interval(1, 3));
    assertSameBits("part", values(expected), values(part.view()));
  }
}
