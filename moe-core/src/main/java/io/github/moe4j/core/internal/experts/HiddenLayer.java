package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.NamedArrays;
import java.util.List;

/** Expert networks of one hidden layer over arrays in memory: {@code down(function(projections of x))}. */
public interface HiddenLayer extends FrozenNetwork {
  /**
   * Arrays [E,out,in] {@code NAME.weight} of each projection and {@code down.weight}, and biases [E,out]
   * {@code NAME.bias} where there are any.
   */
  NamedArrays parameters();

  /** The projections over the parameters. */
  @Override
  default List<FrozenLinear> linears() {
    return LiveLinear.of(parameters());
  }
}
