package io.github.moe4j.core.internal.experts;

import java.util.List;

/**
 * Expert networks of one hidden layer, {@code down(function(projections of x))}, whose weights can be read one
 * expert at a time, in whatever form they are kept.
 */
public interface FrozenNetwork {
  /** The projections in the order of the function's arguments, then that to the output. */
  List<FrozenLinear> linears();

  /** The function from the values of the projections to the hidden ones. */
  HiddenFunction hiddenFunction();

  /** Rate of hidden values dropped in training, in [0, 1). */
  double hiddenDropout();
}
