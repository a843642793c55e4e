package io.github.moe4j.lab;

import io.github.moe4j.core.internal.Require;

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
    Require.positive("width", width);
    Require.positive("heads", heads);
    Require.positive("blocks", blocks);
    Require.positive("sequence", sequence);
    Require.that(width % heads == 0, "heads must divide width = %d but was %d", width, heads);
  }
}
