package io.github.moe4j.core.lora;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A frozen projection of experts and its adapter.
 *
 * @param base the projection
 * @param pair its adapter, or null
 */
record LoraLinear(FrozenLinear base, @Nullable LoraPair pair) {
  static LoraLinear of(FrozenLinear base, @Nullable LoraPair pair, DataType type) {
    if (pair != null) {
      Require.shape(base.name() + ".loraA", pair.a(), base.experts(), -1, base.in());
      Require.shape(base.name() + ".loraB", pair.b(), base.experts(), base.out(), -1);
      Require.type(base.name() + ".loraA", pair.a(), type);
    }
    return new LoraLinear(base, pair);
  }

  /** The weights with the adapter added, {@code W + s·B·A} [E,out,in], as a new array. */
  INDArray merged(DataType type) {
    INDArray all = Allocate.zeros(type, base.experts(), base.out(), base.in());
    Rows rows = Rows.of(all.reshape('c', (long) base.experts() * base.out(), base.in()));
    Matrix[] targets = Matrix.slices(all);
    for (int e = 0; e < targets.length; e++) {
      base.copy(e, rows, (long) e * base.out());
      if (pair != null) {
        addProduct(pair, e, targets[e]);
      }
    }
    return all;
  }

  private static void addProduct(LoraPair pair, int expert, Matrix target) {
    // ND4J gives one number in f order, whatever the operand's.
    INDArray scaled = Contiguous.of(pair.b().slice(expert).mul(pair.scale()));
    Gemm.multiply(Matrix.of(scaled), false, Matrix.slices(pair.a())[expert], false, 1, target);
  }

  /** The biases [E,out] as a new array, or null. */
  @Nullable
  INDArray biases(DataType type) {
    if (base.bias(0) == null) {
      return null;
    }
    INDArray all = Allocate.zeros(type, base.experts(), base.out());
    Rows rows = Rows.of(all);
    for (int e = 0; e < base.experts(); e++) {
      double[] bias = base.bias(e);
      if (bias != null) {
        rows.write(e, bias);
      }
    }
    return all;
  }
}
