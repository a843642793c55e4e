package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A copy of expert networks of one hidden layer, packed for one of the ways to make products. */
interface QuantizedNetwork {
  /** What the names of weights end with. */
  String WEIGHT = ".weight";

  /** Names of all projections, that to the output last. */
  List<String> names();

  /** Bytes that weights, scales and biases take. */
  long bytes();

  /** The projections one expert at a time, in the order of the names. */
  List<FrozenLinear> linears();

  /** The function from the values of the projections to the hidden ones. */
  HiddenFunction function();

  /** The weights that products are made with, of one of {@link #names}, as a new array [E,out,in]. */
  INDArray unpacked(int number);

  /**
   * These experts, then others.
   *
   * @param more of the same projections, shapes and hidden function
   */
  QuantizedNetwork then(QuantizedNetwork more);

  /**
   * A forward pass, or a part of one.
   *
   * @param x rows [R,D] in float32. Not modified.
   * @param y outputs [R,D]. Modified: those of the rows of the experts are overwritten.
   * @param start first row of each expert, and the one after its last at the end [E+1]. Not modified.
   * @param scope memory of the pass
   * @param times of the pass. Modified.
   */
  void run(ExpertRows x, ExpertRows y, int[] start, Arena.Scope scope, BlockTimes times);

  /** A packed copy of one expert that is stored. */
  static QuantizedNetwork of(
      HiddenFunction function, List<String> names, StoredExpert expert, WeightFormat format) {
    return Kernels.chosen()
        .<QuantizedNetwork>map(kernels -> PanelNetwork.of(kernels, function, names, expert, format))
        .orElseGet(() -> PackedNetwork.of(function, names, expert, format));
  }

  /** Names of the projections whose weights some parameters are. */
  static List<String> names(NamedArrays parameters) {
    return parameters.names().stream()
        .filter(name -> name.endsWith(WEIGHT))
        .map(name -> name.substring(0, name.length() - WEIGHT.length()))
        .toList();
  }
}
