package io.github.moe4j.core.internal;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack.SetNumThreads;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Products by calls of the BLAS library that ND4J's CPU backend has loaded, OpenBLAS or MKL.
 *
 * <p>OpenBLAS copies the whole right factor into a layout of its own, which is most of the work if
 * the left one has few rows, unless the product is small: then it reads the factor where it is, in
 * the thread that calls. So products of few rows, or of few terms in each sum, are done as many
 * small ones.
 */
final class OpenBlas implements Blas {
  /**
   * Largest m·n·k that OpenBLAS leaves to one thread on every machine (its {@code
   * SMP_THRESHOLD_MIN · GEMM_MULTITHREAD_THRESHOLD}, interface/gemm.c of
   * 0.3.19; 0.3.31 keeps to it).
   */
  private static final int SMALL = 1 << 18;

  private final Blas plain = new Nd4jBlas();
  private final boolean copiesFactors;
  private final @Nullable ThreadSetting setting;

  private OpenBlas(boolean isOpenBlas) {
    this.copiesFactors = isOpenBlas;
    Pointer function = isOpenBlas ? Loader.addressof("openblas_set_num_threads") : null;
    this.setting = function == null ? null : new ThreadSetting(function);
  }

  /** OpenBLAS's own function; ND4J's call looks it up by name each time, which takes over 100 µs. */
  private static final class ThreadSetting extends SetNumThreads {
    ThreadSetting(Pointer function) {
      put(function);
    }
  }

  /** Whether ND4J runs on its CPU backend, which brings these bindings. */
  static boolean isThere() {
    return isThere(
        Nd4j.getBackend().getClass().getName(), "org.bytedeco.openblas.global.openblas_nolapack");
  }

  /** The same of a backend and of bindings, by the names of their classes. */
  static boolean isThere(String backend, String bindings) {
    if (!backend.startsWith("org.nd4j.linalg.cpu.")) {
      return false;
    }
    try {
      Class.forName(bindings);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** ND4J's name for the library that is loaded. */
  static String vendor() {
    return String.valueOf(Nd4j.factory().blas().getBlasVendor());
  }

  /** Of the library that is loaded. */
  static OpenBlas create() {
    return of(vendor());
  }

  /** Of a library by ND4J's name for it. */
  static OpenBlas of(String vendor) {
    return new OpenBlas(OpenBlasVersion.isOpenBlas(vendor));
  }

  @Override
  public boolean fewRowsInOneThread() {
    return copiesFactors;
  }

  @Override
  public void multiply(
      Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
    int k = transposeA ? a.rows() : a.columns();
    if (copiesFactors && !transposeA && c.rows() <= Gemm.FEW_ROWS) {
      int columns = Math.max(1, (int) (SMALL / ((long) c.rows() * k)));
      for (int from = 0; from < c.columns(); from += columns) {
        int to = Math.min(c.columns(), from + columns);
        Matrix part = transposeB ? b.rows(from, to) : b.columns(from, to);
        call(a, false, part, transposeB, beta, c.columns(from, to));
      }
    } else if (copiesFactors && transposeA && k <= Gemm.FEW_ROWS) {
      int rows = Math.max(1, (int) (SMALL / ((long) c.columns() * k)));
      for (int from = 0; from < c.rows(); from += rows) {
        int to = Math.min(c.rows(), from + rows);
        call(a.columns(from, to), true, b, transposeB, beta, c.rows(from, to));
      }
    } else {
      call(a, transposeA, b, transposeB, beta, c);
    }
  }

  @Override
  public int threads() {
    return plain.threads();
  }

  @Override
  public void setThreads(int threads) {
    if (setting == null) {
      plain.setThreads(threads);
    } else {
      setting.call(threads);
    }
  }

  private static void call(
      Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
    int ta = transposeA ? CblasTrans : CblasNoTrans;
    int tb = transposeB ? CblasTrans : CblasNoTrans;
    int m = c.rows();
    int n = c.columns();
    int k = transposeA ? a.rows() : a.columns();
    if (c.type() == DataType.FLOAT) {
      cblas_sgemm(
          CblasRowMajor,
          ta,
          tb,
          m,
          n,
          k,
          1,
          floats(a),
          a.stride(),
          floats(b),
          b.stride(),
          (float) beta,
          floats(c),
          c.stride());
    } else {
      cblas_dgemm(
          CblasRowMajor,
          ta,
          tb,
          m,
          n,
          k,
          1,
          doubles(a),
          a.stride(),
          doubles(b),
          b.stride(),
          beta,
          doubles(c),
          c.stride());
    }
    Reference.reachabilityFence(a.array());
    Reference.reachabilityFence(b.array());
    Reference.reachabilityFence(c.array());
  }

  private static FloatPointer floats(Matrix matrix) {
    return new FloatPointer(matrix.start()).position(matrix.offset());
  }

  private static DoublePointer doubles(Matrix matrix) {
    return new DoublePointer(matrix.start()).position(matrix.offset());
  }
}
