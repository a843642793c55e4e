package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;

/**
 * Attention whose query heads share key and value heads in groups; with equal numbers of both
 * it is multi-head attention.
 *
 * @param heads of queries
 * @param kvHeads of keys and values, a divisor of heads
 * @param headWidth of each
 * @param qkvBiases whether the projections to queries, keys and values have biases
 * @param outputBias whether the projection back has one
 * @param qkNorm of queries and keys
 * @param sinks whether each head has an additional learned logit (gpt-oss)
 * @param window tokens attended to in every other layer, starting with the first; 0 for all
 */
public record GroupedAttention(
    int heads,
    int kvHeads,
    int headWidth,
    boolean qkvBiases,
    boolean outputBias,
    QkNorm qkNorm,
    boolean sinks,
    int window)
    implements Attention {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public GroupedAttention {
    Require.positive("heads", heads);
    Require.positive("kvHeads", kvHeads);
    Require.positive("headWidth", headWidth);
    Require.that(heads % kvHeads == 0, "kvHeads must divide heads = %d but was %d", heads, kvHeads);
    Require.that(window >= 0, "window must be at least 0 but was %d", window);
  }

  /** Without biases, norms, sinks and window. */
  public static GroupedAttention of(int heads, int kvHeads, int headWidth) {
    return new GroupedAttention(heads, kvHeads, headWidth, false, false, QkNorm.NONE, false, 0);
  }

  /** The same with biases. */
  public GroupedAttention withBiases(boolean qkv, boolean output) {
    return new GroupedAttention(heads, kvHeads, headWidth, qkv, output, qkNorm, sinks, window);
  }

  /** The same with norms of queries and keys. */
  public GroupedAttention withQkNorm(QkNorm norm) {
    return new GroupedAttention(
        heads, kvHeads, headWidth, qkvBiases, outputBias, norm, sinks, window);
  }

  @Override
  public Size projections(int modelWidth) {
    long q = (long) heads * headWidth;
    long kv = 2L * kvHeads * headWidth;
    long vectors = (qkvBiases ? q + kv : 0) + (outputBias ? modelWidth : 0) + (sinks ? heads : 0);
    return new Size(modelWidth * (2 * q + kv), vectors);
  }

  @Override
  public Size norms() {
    return Size.ofVectors(
        switch (qkNorm) {
          case NONE -> 0;
          case PER_HEAD -> 2L * headWidth;
          case ALL_HEADS -> (long) (heads + kvHeads) * headWidth;
        });
  }

  @Override
  public long scoreProducts(int context, int layer) {
    boolean limited = window > 0 && layer % 2 == 0;
    return 2L * heads * headWidth * (limited ? Math.min(window, context) : context);
  }

  @Override
  public Attention scaled(int from, int to) {
    return new GroupedAttention(
        heads,
        kvHeads,
        Scale.width(headWidth, from, to),
        qkvBiases,
        outputBias,
        qkNorm,
        sinks,
        window);
  }

  @Override
  public String label() {
    return heads + " heads, " + kvHeads + " of keys and values, of width " + headWidth;
  }
}
