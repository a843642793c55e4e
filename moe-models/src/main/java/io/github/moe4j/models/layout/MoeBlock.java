package io.github.moe4j.models.layout;

import io.github.moe4j.core.internal.Require;
import org.jspecify.annotations.Nullable;

/**
 * A sparse block of a model by its position.
 *
 * @param stack the stack of layers; models with one stack have only a decoder
 * @param layer index in the stack, from 0
 */
public record MoeBlock(Stack stack, int layer) {
  /** A stack of layers. */
  public enum Stack {
    /** Encodes the source text, in encoder-decoder models. */
    ENCODER,
    /** Generates text: the only stack of most models. */
    DECODER;

    /** The name in configurations and tensor names. */
    String lower() {
      return this == ENCODER ? "encoder" : "decoder";
    }
  }

  /**
   * Checks the index.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public MoeBlock {
    Require.that(layer >= 0, "layer must be at least 0 but was %d", layer);
  }

  /** A block of the decoder, or of the only stack. */
  public static MoeBlock decoder(int layer) {
    return new MoeBlock(Stack.DECODER, layer);
  }

  /** A block of the encoder. */
  public static MoeBlock encoder(int layer) {
    return new MoeBlock(Stack.ENCODER, layer);
  }

  // The record's own two methods link some fifty classes at the first call.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MoeBlock block && block.stack == stack && block.layer == layer;
  }

  @Override
  public int hashCode() {
    return 31 * stack.hashCode() + layer;
  }

  /** Such as {@code decoder layer 3}. */
  @Override
  public String toString() {
    return stack.lower() + " layer " + layer;
  }
}
