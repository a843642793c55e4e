package io.github.moe4j.models.layout;

import io.github.moe4j.core.internal.Allocate;
import org.nd4j.linalg.api.ndarray.INDArray;

/** From which side code multiplies tokens with the weights of all experts. */
enum Side {
  /** {@code weight·x}: [E,out,in], as layers have it. */
  LEFT,
  /** {@code x·weight}: [E,in,out]. */
  RIGHT;

  /** The tensor for a projection. */
  Place place(String name, long experts, long out, long in) {
    return this == LEFT ? Place.of(name, experts, out, in) : Place.of(name, experts, in, out);
  }

  /**
   * The last two axes in the other order, if this is the right side: the conversion to the layer and back.
   *
   * @param array Not modified.
   */
  INDArray toLayer(INDArray array) {
    return this == LEFT ? array : Allocate.copy(array.permute(0, 2, 1));
  }
}
