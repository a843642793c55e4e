package io.github.moe4j.routing;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Uniform numbers that depend on the token they are for rather than on how many were drawn before
 * it: so padding behind the tokens does not shift them where draws are not token after token.
 */
final class PlacedNoise implements RandomGenerator {
  private final long seed;
  private final int tokens;
  private final int[] widths;
  private long drawn;

  private PlacedNoise(long seed, int tokens, int[] widths) {
    this.seed = seed;
    this.tokens = tokens;
    this.widths = widths;
  }

  /**
   * Noise drawn block after block.
   *
   * @param widths draws for a token in each block: block b is [T,widths[b]]
   */
  static PlacedNoise of(long seed, int tokens, int... widths) {
    return new PlacedNoise(seed, tokens, widths.clone());
  }

  @Override
  public double nextDouble() {
    long place = drawn++;
    for (int block = 0; block < widths.length; block++) {
      long size = (long) tokens * widths[block];
      if (place < size) {
        return new SplittableRandom(seed + block * 1_000_003L + place * 7919L).nextDouble();
      }
      place -= size;
    }
    throw new AssertionError("drawn once too often: " + drawn);
  }

  @Override
  public long nextLong() {
    throw new AssertionError("only uniform numbers are to be drawn");
  }
}
