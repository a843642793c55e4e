package io.github.moe4j.bench.lab;

/**
 * Sizes of the byte-level language model.
 *
 * @param width model width D
 * @param heads attention heads, a divisor of the width
 * @param blocks Transformer blocks
 * @param sequence bytes of a sequence
 */
public record ModelOptions(int width, int heads, int blocks, int sequence) {
  /** Validates. */
  public ModelOptions {
    if (width < 1 || heads < 1 || blocks < 1 || sequence < 1) {
      throw new IllegalArgumentException(
          "width, heads, blocks and sequence must be at least 1 but were %d, %d, %d and %d"
              .formatted(width, heads, blocks, sequence));
    }
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "heads must divide width = %d but was %d".formatted(width, heads));
    }
  }
}
