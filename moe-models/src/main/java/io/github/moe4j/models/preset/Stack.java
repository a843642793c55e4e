package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;

/**
 * A stack of layers: a decoder, or the encoder of an encoder-decoder.
 *
 * @param layers how many
 * @param firstSparse the first layer with experts, counted from 0
 * @param every the distance from one such layer to the next
 * @param cross whether each layer also attends to another stack
 */
public record Stack(int layers, int firstSparse, int every, boolean cross) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Stack {
    Require.positive("layers", layers);
    Require.positive("every", every);
    Require.that(
        firstSparse >= 0 && firstSparse < layers,
        "firstSparse must be from 0 to %d but was %d",
        layers - 1,
        firstSparse);
  }

  /** A decoder without cross attention, with experts from a given layer on. */
  public static Stack decoder(int layers, int firstSparse) {
    return new Stack(layers, firstSparse, 1, false);
  }

  /** Number of layers with experts. */
  public int sparseLayers() {
    return (layers - 1 - firstSparse) / every + 1;
  }

  /** Number of layers without experts. */
  public int denseLayers() {
    return layers - sparseLayers();
  }

  /** Attention in all layers, that to another stack too. */
  public int attentions() {
    return cross ? 2 * layers : layers;
  }
}
