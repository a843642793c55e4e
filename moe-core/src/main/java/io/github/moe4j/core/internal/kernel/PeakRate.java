package io.github.moe4j.core.internal.kernel;

/**
 * Work that nothing but the processor limits, to measure by: float32 multiply-adds on registers alone, and
 * reading with nothing to compute. Stateless and thread-safe.
 */
public interface PeakRate {
  /** Bits of a vector. */
  int vectorBits();

  /** Floating-point operations of one round of {@link #multiplyAdd}. */
  int flopsPerRound();

  /**
   * Multiplies and adds in as many independent registers as the processor needs to be busy: each lane of
   * each starts as 0, and ¼ is added in every round.
   *
   * @return sum of all lanes; to be used, lest the compiler leave the work out
   */
  float multiplyAdd(int rounds);

  /**
   * Reads a part of an array.
   *
   * @param array Not modified.
   * @return sum of the part; to be used, as above
   */
  float read(float[] array, int from, int length);
}
