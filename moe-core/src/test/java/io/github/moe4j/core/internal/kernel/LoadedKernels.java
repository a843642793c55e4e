package io.github.moe4j.core.internal.kernel;

/** The kernels for tests of other packages, also in a JVM that does not compile them to vector instructions. */
public final class LoadedKernels {
  private LoadedKernels() {}

  /** New ones, whose rooms hold nothing; skips the test where the JVM does not have the module. */
  public static Kernels load() {
    return KernelLoops.kernels();
  }
}
