package io.github.moe4j.models.preset;

/** The sizes of an attention layer. */
public sealed interface Attention permits GroupedAttention, LatentAttention {
  /** Projections, biases and sinks. */
  Size projections(int modelWidth);

  /** Norms within attention. */
  Size norms();

  /**
   * Multiply-adds of scores and their weighted sum for one token.
   *
   * @param context number of attended tokens
   * @param layer 0-based, as layers may differ in their window
   */
  long scoreProducts(int context, int layer);

  /** The same with all widths multiplied by {@code to/from}; the number of heads stays. */
  Attention scaled(int from, int to);

  /** A short description. */
  String label();
}
