package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.HiddenFunction;
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
   * One forward pass.
   *
   * @param xR rows [R,D] in float32. Not modified.
   * @param start first row of each expert, and R at the end [E+1]. Not modified.
   * @param scope memory of the pass
   */
  ExpertsPass run(INDArray xR, int[] start, Arena.Scope scope);

  /** Names of the projections whose weights some parameters are. */
  static List<String> names(NamedArrays parameters) {
    return parameters.names().stream()
        .filter(name -> name.endsWith(WEIGHT))
        .map(name -> name.substring(0, name.length() - WEIGHT.length()))
        .toList();
  }
}
