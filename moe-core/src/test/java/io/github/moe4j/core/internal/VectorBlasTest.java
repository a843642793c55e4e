package io.github.moe4j.core.internal;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.internal.kernel.LoadedKernels;
import io.github.moe4j.core.internal.kernel.PackedKernels;
import io.github.moe4j.core.internal.kernel.Room;
import io.github.moe4j.core.internal.vector.BFloat16VectorKernel;
import io.github.moe4j.core.internal.vector.DoubleVectorKernel;
import io.github.moe4j.core.internal.vector.E4m3VectorKernel;
import io.github.moe4j.core.internal.vector.Float16VectorKernel;
import io.github.moe4j.core.internal.vector.FloatVectorKernel;
import io.github.moe4j.core.internal.vector.Int8VectorKernel;
import io.github.moe4j.core.internal.vector.Mxfp4VectorKernel;
import io.github.moe4j.core.internal.vector.RowCodesVectorKernel;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import io.github.moe4j.testkit.internal.BlasThreads;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Products of the kernels, in any JVM that has the module, and what is left to another library. */
@ExtendWith(Seeds.class)
class VectorBlasTest {
  /** Counts what it is asked for, and makes no product. */
  private static final class Counter implements Blas {
    private int products;

    @Override
    public void multiply(
        Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
      products++;
    }

    @Override
    public boolean fewRowsInOneThread() {
      return false;
    }

    @Override
    public int threads() {
      return 7;
    }

    @Override
    public void setThreads(int threads) {
      throw new AssertionError("the kernels have no threads");
    }
  }

  private final Counter other = new Counter();

  @BeforeEach
  void requireModule() {
    LoadedKernels.requireModule();
  }

  private VectorBlas library() {
    var floats = new FloatVectorKernel();
    var doubles = new DoubleVectorKernel();
    var packed = new PackedKernels(
        new BFloat16VectorKernel(),
        new Float16VectorKernel(),
        new Int8VectorKernel(),
        new E4m3VectorKernel(),
        new Mxfp4VectorKernel());
    return new VectorBlas(
        new Kernels(
            floats,
            new Room.Pool<>(floats),
            doubles,
            new Room.Pool<>(doubles),
            packed,
            new RowCodesVectorKernel()),
        other);
  }

  private static INDArray normal(DataType type, long salt, long... shape) {
    return RandomArrays.normal(type, Seeds.random(salt), shape);
  }

  @Test
  void multiply_bothTypesAndAllTransposes_likePlain() {
    int m = 5;
    int n = 19;
    int k = 11;
    VectorBlas library = library();
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      for (int flags = 0; flags < 8; flags++) {
        boolean ta = (flags & 1) != 0;
        boolean tb = (flags & 2) != 0;
        double beta = (flags & 4) != 0 ? 1 : 0;
        Matrix a = Matrix.of(ta ? normal(type, 1, k, m) : normal(type, 1, m, k));
        Matrix b = Matrix.of(tb ? normal(type, 2, n, k) : normal(type, 2, k, n));
        INDArray expected = normal(type, 3, m, n);
        INDArray actual = expected.dup();
        new Nd4jBlas().multiply(a, ta, b, tb, beta, Matrix.of(expected));
        library.multiply(a, ta, b, tb, beta, Matrix.of(actual));
        double tolerance = type == DataType.FLOAT ? 1e-4 : 1e-12;
        assertNear("flags " + flags, expected, actual, tolerance);
      }
    }
    assertEquals(0, other.products);
  }

  @Test
  void multiply_otherFactorOfTheResult_leftToTheOther() {
    Matrix square = Matrix.of(normal(DataType.FLOAT, 1, 3, 3));
    library()
        .multiply(square, false, square, false, 0.5, Matrix.of(normal(DataType.FLOAT, 2, 3, 3)));
    assertEquals(1, other.products);
  }

  @Test
  void multiply_anyMatrixOfTwoGigabytesAsFloat64_leftToTheOther() {
    Matrix huge = Matrix.of(ClaimedArrays.create(DataType.FLOAT, 1, 1L << 28));
    Matrix small = Matrix.of(normal(DataType.FLOAT, 1, 1, 1));
    VectorBlas library = library();
    library.multiply(huge, false, small, false, 0, small);
    library.multiply(small, false, huge, false, 0, small);
    library.multiply(small, false, small, false, 0, huge);
    assertEquals(3, other.products);
  }

  @Test
  void threads_alwaysTheCaller() {
    VectorBlas library = library();
    int before = BlasThreads.now();
    library.setThreads(before + 1);
    assertEquals(before, BlasThreads.now());
    assertEquals(1, library.threads());
    assertTrue(library.fewRowsInOneThread());
  }
}
