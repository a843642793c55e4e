package io.github.moe4j.testkit.internal;

import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;

/** OpenBLAS's actual number of threads: ND4J only returns the value last set through it. */
public final class BlasThreads {
  private BlasThreads() {}

  /** The current number, read from the library's own variable. */
  public static int now() {
    Nd4j.factory(); // loads the library
    Pointer variable = Loader.addressof("blas_cpu_number");
    if (variable == null) {
      throw new IllegalStateException("OpenBLAS is not loaded");
    }
    return new IntPointer(variable).get();
  }
}
