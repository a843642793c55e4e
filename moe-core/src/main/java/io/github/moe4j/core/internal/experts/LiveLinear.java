package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Rows;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A projection over arrays in memory.
 *
 * @param name of the projection
 * @param stack the weights [E,out,in]
 * @param weights the same by expert
 * @param biases [E,out], or null
 */
record LiveLinear(
    String name, INDArray stack, Matrix[] weights, @Nullable INDArray biases)
    implements FrozenLinear {
  private static final String WEIGHT = ".weight";

  /** The projections whose weights some parameters are, in their order. */
  static List<FrozenLinear> of(NamedArrays parameters) {
    return parameters.names().stream()
        .filter(name -> name.endsWith(WEIGHT))
        .map(name -> name.substring(0, name.length() - WEIGHT.length()))
        .<FrozenLinear>map(name -> {
          String bias = name + ".bias";
          INDArray stack = parameters.get(name + WEIGHT);
          return new LiveLinear(
              name,
              stack,
              Matrix.slices(stack),
              parameters.names().contains(bias) ? parameters.get(bias) : null);
        })
        .toList();
  }

  @Override
  public int experts() {
    return weights.length;
  }

  @Override
  public int out() {
    return weights[0].rows();
  }

  @Override
  public int in() {
    return weights[0].columns();
  }

  @Override
  public void copy(int expert, Rows target, long first) {
    Rows rows = Rows.of(stack.reshape('c', (long) experts() * out(), in()));
    for (int o = 0; o < out(); o++) {
      rows.copy((long) expert * out() + o, target, first + o);
    }
  }

  @Override
  public Matrix weight(int expert, INDArray room) {
    return weights[expert];
  }

  @Override
  public double @Nullable [] bias(int expert) {
    if (biases == null) {
      return null;
    }
    double[] row = new double[out()];
    Rows.of(biases).read(expert, row);
    return row;
  }
}
