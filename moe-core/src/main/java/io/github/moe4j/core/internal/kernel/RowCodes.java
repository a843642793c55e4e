package io.github.moe4j.core.internal.kernel;

/**
 * Makes codes that follow each other, as in the row of a matrix in a file, float32. Infinite numbers and NaN stay what
 * they are. Stateless and thread-safe.
 */
public interface RowCodes {
  /** The fastest that this JVM has. */
  static RowCodes chosen() {
    return Kernels.chosen().map(Kernels::rows).orElseGet(PlainRowCodes::new);
  }

  /**
   * From bfloat16, little-endian.
   *
   * @param codes two bytes a number, from {@code from} on. Not modified.
   * @param target Modified: {@code count} elements from {@code at} on.
   */
  void bfloat16(byte[] codes, int from, int count, float[] target, int at);

  /**
   * From IEEE half precision, little-endian.
   *
   * @param codes two bytes a number, from {@code from} on. Not modified.
   * @param target Modified: {@code count} elements from {@code at} on.
   */
  void float16(byte[] codes, int from, int count, float[] target, int at);

  /**
   * From FP8 with four bits of exponent and three of fraction, without a scale.
   *
   * @param codes one byte a number, from {@code from} on. Not modified.
   * @param target Modified: {@code count} elements from {@code at} on.
   */
  void e4m3(byte[] codes, int from, int count, float[] target, int at);

  /**
   * From FP4 with two bits of exponent and one of fraction, without a scale.
   *
   * @param codes one byte a number, its upper four bits 0, from {@code from} on. Not modified.
   * @param target Modified: {@code count} elements from {@code at} on.
   */
  void e2m1(byte[] codes, int from, int count, float[] target, int at);
}
