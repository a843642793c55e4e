package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;

/**
 * Multi-head latent attention: keys and values, and queries too unless their rank is 0, pass
 * through a narrow layer with a norm (DeepSeek-V2, arXiv 2405.04434, section 2.1).
 *
 * @param heads of queries, keys and values
 * @param queryRank width of the compressed queries; 0 for directly projected queries
 * @param kvRank width of the compressed keys and values
 * @param plainWidth of a query's and key's part without positions
 * @param rotaryWidth of their part with rotary positions; that of the key is shared by all heads
 * @param valueWidth of a value
 */
public record LatentAttention(
    int heads, int queryRank, int kvRank, int plainWidth, int rotaryWidth, int valueWidth)
    implements Attention {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public LatentAttention {
    Require.positive("heads", heads);
    Require.that(queryRank >= 0, "queryRank must be at least 0 but was %d", queryRank);
    Require.positive("kvRank", kvRank);
    Require.positive("plainWidth", plainWidth);
    Require.positive("rotaryWidth", rotaryWidth);
    Require.positive("valueWidth", valueWidth);
  }

  @Override
  public Size projections(int modelWidth) {
    long d = modelWidth;
    long q = (long) heads * (plainWidth + rotaryWidth);
    long queries = queryRank == 0 ? d * q : d * queryRank + queryRank * q;
    long compress = d * (kvRank + rotaryWidth);
    long expand = (long) kvRank * heads * (plainWidth + valueWidth);
    return Size.ofMatrices(queries + compress + expand + (long) heads * valueWidth * d);
  }

  @Override
  public Size norms() {
    return Size.ofVectors((long) queryRank + kvRank);
  }

  @Override
  public long scoreProducts(int context, int layer) {
    return (long) context * heads * (plainWidth + rotaryWidth + valueWidth);
  }

  @Override
  public Attention scaled(int from, int to) {
    return new LatentAttention(
        heads,
        queryRank == 0 ? 0 : Scale.width(queryRank, from, to),
        Scale.width(kvRank, from, to),
        Scale.width(plainWidth, from, to),
        Scale.width(rotaryWidth, from, to),
        Scale.width(valueWidth, from, to));
  }

  @Override
  public String label() {
    return heads + " latent heads, ranks " + queryRank + " and " + kvRank + ", of widths "
        + plainWidth + " + " + rotaryWidth + " and " + valueWidth;
  }
}
