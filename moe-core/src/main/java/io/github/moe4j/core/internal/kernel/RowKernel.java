package io.github.moe4j.core.internal.kernel;

/**
 * A {@link PackedKernel} that multiplies one row faster with codes than with their float32 values.
 *
 * @param <C> array of the codes
 */
public interface RowKernel<C> extends PackedKernel<C> {
  /**
   * {@code sum[c] += Σ_p left[p]·panel[p, c]} for one row.
   *
   * @param terms even, at most {@link Kernel#SEGMENT}
   * @param left from {@code leftAt} on. Not modified.
   * @param codes of a panel from a segment's begin at {@code codesAt} on. Not modified.
   * @param scales from that of the segment's first element on, at {@code scalesAt}. Not modified.
   * @param sum from {@code sumAt} on. Modified.
   */
  void multiply(
      int terms,
      float[] left,
      int leftAt,
      C codes,
      int codesAt,
      float[] scales,
      int scalesAt,
      float[] sum,
      int sumAt);
}
