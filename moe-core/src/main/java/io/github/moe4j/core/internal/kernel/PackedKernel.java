package io.github.moe4j.core.internal.kernel;

/**
 * The innermost loops of products whose right factor is codes of few bits, which become float32 in
 * registers. Stateless and thread-safe.
 *
 * <p>Codes lie in panels of as many columns as those of the float32 {@link Kernel}. The sum of an output
 * runs over its terms in ascending order, one fused multiply-add with the float32 value of a code after
 * another: so it has the bits of a product with the unpacked panel.
 *
 * @param <C> array of the codes, {@code byte[]} or {@code short[]}
 */
public interface PackedKernel<C> {
  /** Columns of a panel. */
  int width();

  /**
   * Array elements of a panel, or of the part before a segment.
   *
   * @param terms even, or a multiple of {@link Kernel#SEGMENT}
   */
  default int length(int terms) {
    return terms * width();
  }

  /** Scales of a panel. */
  default int scales(int terms) {
    return 0;
  }

  /** Number of the scale of an element, among those of its panel. */
  default int scale(int term, int column) {
    return 0;
  }

  /** Codes of zeros. */
  C allocate(int panels, int terms);

  /**
   * Sets a code.
   *
   * @param panelAt where the panel begins
   */
  void set(C codes, int panelAt, int term, int column, int code);

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

  /**
   * A segment of a panel as float32.
   *
   * @param codes as above. Not modified.
   * @param scales as above. Not modified.
   * @param panel from {@code panelAt} on. Modified: overwritten.
   */
  void unpack(
      int terms, C codes, int codesAt, float[] scales, int scalesAt, float[] panel, int panelAt);
}
