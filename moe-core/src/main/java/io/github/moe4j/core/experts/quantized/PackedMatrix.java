package io.github.moe4j.core.experts.quantized;

/**
 * The weight of one projection of one expert in fewer bytes than float32, input-major: so a product with
 * few rows adds multiples of long runs of outputs, which the compiler vectorizes, unlike float32 dot products,
 * whose order is fixed. Immutable.
 */
interface PackedMatrix {
  /** Width of the rows that go in. */
  int in();

  /** Width of the rows that come out. */
  int out();

  /** Bytes that weights and scales take. */
  long bytes();

  /**
   * {@code y = x·Ŵᵀ} of few rows. A row of y does not depend on the other rows.
   *
   * @param rows number of rows
   * @param x at least so many rows [in]. Not modified.
   * @param y as many rows [out]. Modified: overwritten.
   * @param room of the thread that calls
   */
  void multiply(int rows, float[][] x, float[][] y, PackedRoom room);

  /**
   * The weights of one input as float32.
   *
   * @param d number of the input
   * @param target [out]. Modified: overwritten.
   * @param room of the thread that calls
   */
  void unpack(int d, float[] target, PackedRoom room);
}
