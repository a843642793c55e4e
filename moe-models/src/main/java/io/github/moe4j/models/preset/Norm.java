package io.github.moe4j.models.preset;

/** Kinds of normalization. */
public enum Norm {
  /** A scale only. */
  RMS(1),
  /** A scale and a bias. */
  LAYER(2);

  private final int vectors;

  Norm(int vectors) {
    this.vectors = vectors;
  }

  /** The parameters of one of them over a width. */
  Size size(int width) {
    return Size.ofVectors((long) vectors * width);
  }
}
