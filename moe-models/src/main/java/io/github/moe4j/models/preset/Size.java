package io.github.moe4j.models.preset;

/**
 * The number of parameters of a part, by their use.
 *
 * @param matrices weights that a token is multiplied by: two operations each
 * @param vectors biases, norms, tables that are looked up in: not counted as operations
 */
public record Size(long matrices, long vectors) {
  /** Nothing. */
  public static final Size ZERO = new Size(0, 0);

  /** Weights of matrix products. */
  static Size ofMatrices(long count) {
    return new Size(count, 0);
  }

  /** Parameters that are added, scale or are looked up. */
  static Size ofVectors(long count) {
    return new Size(0, count);
  }

  /** Both together. */
  public Size plus(Size other) {
    return new Size(Math.addExact(matrices, other.matrices), Math.addExact(vectors, other.vectors));
  }

  /** A multiple. */
  public Size times(long count) {
    return new Size(Math.multiplyExact(matrices, count), Math.multiplyExact(vectors, count));
  }

  /** All parameters. */
  public long total() {
    return Math.addExact(matrices, vectors);
  }
}
