package io.github.moe4j.core.internal.vector;

/** How many vector registers the compiler has. */
final class Registers {
  private Registers() {}

  /**
   * Whether there are 32 rather than 16: with AVX-512 for vectors of every size, and on 64-bit Arm.
   *
   * @param bits of the widest vectors
   */
  static boolean many(int bits) {
    return bits >= 512 || "aarch64".equals(System.getProperty("os.arch"));
  }
}
