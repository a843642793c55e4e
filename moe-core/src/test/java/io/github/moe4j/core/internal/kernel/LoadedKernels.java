package io.github.moe4j.core.internal.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.internal.kernel.Kernels.Jvm;
import java.util.Objects;

/** The kernels for tests, also in a JVM that does not compile them to vector instructions. */
public final class LoadedKernels {
  private LoadedKernels() {}

  /** New ones, whose rooms hold nothing; skips the test where the JVM does not have the module. */
  public static Kernels load() {
    requireModule();
    return Objects.requireNonNull(Kernels.choose("vector", Jvm.running()).kernels());
  }

  /** Skips the test where the JVM does not have the module. */
  public static void requireModule() {
    assumeTrue(Kernels.hasModule(), "the module of the Vector API is not there");
  }
}
