package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.NamedArrays;

/** Expert networks of one hidden layer: {@code down(function(projections of x))}. */
public interface HiddenLayer {
  /**
   * Arrays [E,out,in] {@code NAME.weight} of each projection and {@code down.weight}, and biases [E,out]
   * {@code NAME.bias} where there are any.
   */
  NamedArrays parameters();

  /** The function from the values of the projections, in the order of their names, to the hidden ones. */
  HiddenFunction hiddenFunction();
}
