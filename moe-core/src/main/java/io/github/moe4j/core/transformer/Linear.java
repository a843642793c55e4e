package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear layer, {@code y = x·Wᵀ + b}, as {@code torch.nn.Linear}.
 *
 * <p>Parameters: {@code weight} [O,I] and {@code bias} [O], of O outputs and I inputs.
 */
public final class Linear implements TokenLayer {
  private static final String NAME = "a linear layer";

  private final INDArray weight;
  private final INDArray bias;
  private final NamedArrays parameters;

  private Linear(INDArray weight, INDArray bias) {
    this.weight = weight;
    this.bias = bias;
    this.parameters =
        NamedArrays.builder().add("weight", weight).add("bias", bias).build();
  }

  /**
   * A new layer; weight and bias are uniform in ±1/√I, as in PyTorch.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public static Linear create(int inputs, int outputs, DataType type, RandomGenerator random) {
    Require.positive("inputs", inputs);
    Require.positive("outputs", outputs);
    INDArray weight = Initializer.kaimingUniform().create(type, random, outputs, inputs);
    INDArray bias = Allocate.zeros(type, outputs);
    double[] values = new double[outputs];
    Arrays.setAll(values, o -> (2 * random.nextDouble() - 1) / Math.sqrt(inputs));
    Vectors.write(bias, values);
    return new Linear(weight, bias);
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Sizes and type, such as {@code linear layer from 256 to 32, FLOAT}. */
  @Override
  public String toString() {
    return "linear layer from %d to %d, %s"
        .formatted(weight.size(1), weight.size(0), weight.dataType());
  }

  @Override
  public Pass forward(TokenBatch input, Arena.Scope scope) {
    return forward(input.x(), input.mask(), scope);
  }

  /**
   * Projects tokens.
   *
   * @param x [T,I]. Not modified; must not change until the backward pass is done.
   * @param mask a padding token becomes zero and gets no gradient, whatever its values
   * @param scope memory of the pass
   * @throws IllegalArgumentException if x does not fit mask, width and type, or is closed
   */
  public Pass forward(INDArray x, TokenMask mask, Arena.Scope scope) {
    PassArrays.requireInputs(NAME, parameters, x);
    Require.shape("x", x, mask.tokens(), weight.size(1));
    parameters.requireType(x.dataType());
    INDArray real = x;
    if (!mask.allValid()) {
      real = scope.take(x.dataType(), x.shape());
      keepReal(Contiguous.of(x), real, mask);
    }
    INDArray y = scope.take(x.dataType(), x.size(0), weight.size(0));
    double[] b = Vectors.read(bias);
    if (!y.isEmpty()) {
      Gemm.multiply(real, false, weight, true, 0, y);
    }
    RowMap.apply(List.of(y), List.of(y), (t, in, out) -> {
      for (int o = 0; o < b.length; o++) {
        out[0][o] = mask.valid(t) ? in[0][o] + b[o] : 0;
      }
    });
    return new Pass(x, real, mask, y, scope);
  }

  /** Copies the rows of real tokens; others become zero, since zero times NaN is NaN. */
  private static void keepReal(INDArray source, INDArray target, TokenMask mask) {
    RowMap.apply(List.of(source), List.of(target), (t, in, out) -> {
      if (mask.valid(t)) {
        System.arraycopy(in[0], 0, out[0], 0, in[0].length);
      } else {
        Arrays.fill(out[0], 0);
      }
    });
  }

  /** One pass with its backward. */
  public final class Pass implements TokenLayer.Pass {
    private final INDArray x;
    private final INDArray real;
    private final TokenMask mask;
    private final INDArray y;
    private final Arena.Scope scope;

    private Pass(INDArray x, INDArray real, TokenMask mask, INDArray y, Arena.Scope scope) {
      this.x = x;
      this.real = real;
      this.mask = mask;
      this.y = y;
      this.scope = scope;
    }

    /** Outputs [T,O], valid until the scope is closed. */
    @Override
    public INDArray y() {
      return y;
    }

    /**
     * Runs the backward pass.
     *
     * @param dy [T,O]; rows of padding are not read. Not modified.
     * @param dx [T,I]. Modified: the result is added.
     * @param into gradients named like the parameters. Modified: the result is added.
     * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another
     */
    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      requireUpstream(dy);
      PassArrays.requireBackward(NAME, parameters, x, dx, into);
      if (!dy.isEmpty()) {
        INDArray g = ofReal(dy);
        Gemm.multiply(g, false, weight, false, 1, dx);
        addTo(into, g);
      }
    }

    private void requireUpstream(INDArray dy) {
      Require.usable("dy", dy, NAME);
      Require.shape("dy", dy, y.shape());
      Require.type("dy", dy, y.dataType());
    }

    private INDArray ofReal(INDArray dy) {
      INDArray upstream = Contiguous.of(dy);
      if (mask.allValid()) {
        return upstream;
      }
      INDArray kept = scope.take(dy.dataType(), dy.shape());
      keepReal(upstream, kept, mask);
      return kept;
    }

    private void addTo(Gradients into, INDArray g) {
      into.ifPresent("weight", dW -> Gemm.multiply(g, true, real, false, 1, dW));
      into.ifPresent("bias", dB -> Vectors.add(dB, sumOfRows(g)));
    }
  }

  private static double[] sumOfRows(INDArray array) {
    Rows rows = Rows.of(array);
    double[] row = new double[rows.width()];
    double[] sum = new double[rows.width()];
    for (long t = 0; t < rows.rows(); t++) {
      rows.read(t, row);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += row[i];
      }
    }
    return sum;
  }
}
