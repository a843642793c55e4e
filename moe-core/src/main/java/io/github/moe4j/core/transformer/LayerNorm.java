package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.Vectors;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layer normalization: {@code (x − mean)/√(variance + ε) · weight + bias} over each token (Ba et
 * al. 2016, arXiv 1607.06450, equation 3), with the population variance and ε = 1e-5.
 *
 * <p>Parameters: {@code weight} [D], which starts at one, and {@code bias} [D], at zero.
 */
public final class LayerNorm implements TokenLayer {
  private static final String NAME = "a layer normalization";
  private static final double EPSILON = 1e-5;

  private final INDArray weight;
  private final INDArray bias;
  private final NamedArrays parameters;

  private LayerNorm(INDArray weight, INDArray bias) {
    this.weight = weight;
    this.bias = bias;
    this.parameters =
        NamedArrays.builder().add("weight", weight).add("bias", bias).build();
  }

  /**
   * A new normalization of the given width.
   *
   * @throws IllegalArgumentException if the width is not positive
   */
  public static LayerNorm create(int width, DataType type) {
    Require.positive("width", width);
    INDArray weight = Allocate.zeros(type, width);
    weight.assign(1);
    return new LayerNorm(weight, Allocate.zeros(type, width));
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Width and type, such as {@code layer norm of width 64, FLOAT}. */
  @Override
  public String toString() {
    return "layer norm of width %d, %s".formatted(weight.length(), weight.dataType());
  }

  @Override
  public Pass forward(TokenBatch input, Arena.Scope scope) {
    return forward(input.x(), input.mask(), scope);
  }

  /**
   * Normalizes tokens.
   *
   * @param x [T,D]. Not modified; must not change until the backward pass is done.
   * @param mask a padding token becomes zero and gets no gradient, whatever its values
   * @param scope memory of the pass
   * @throws IllegalArgumentException if x does not fit mask, width and type, or is closed
   */
  public Pass forward(INDArray x, TokenMask mask, Arena.Scope scope) {
    PassArrays.requireInputs(NAME, parameters, x);
    Require.shape("x", x, mask.tokens(), weight.length());
    parameters.requireType(x.dataType());
    double[] w = Vectors.read(weight);
    double[] b = Vectors.read(bias);
    int tokens = Math.toIntExact(x.size(0));
    double[] mean = new double[tokens];
    double[] inverse = new double[tokens];
    INDArray y = scope.take(x.dataType(), x.shape());
    RowMap.apply(List.of(x), List.of(y), (t, in, out) -> {
      double[] values = in[0];
      if (!mask.valid(t)) {
        Arrays.fill(out[0], 0);
        return;
      }
      double sum = 0;
      for (double v : values) {
        sum += v;
      }
      double m = sum / values.length;
      double squares = 0;
      for (double v : values) {
        squares += (v - m) * (v - m);
      }
      mean[t] = m;
      inverse[t] = 1 / Math.sqrt(squares / values.length + EPSILON);
      for (int d = 0; d < values.length; d++) {
        out[0][d] = (values[d] - m) * inverse[t] * w[d] + b[d];
      }
    });
    return new Pass(x, mask, y, w, mean, inverse);
  }

  /** One pass with its backward. */
  public final class Pass implements TokenLayer.Pass {
    private final INDArray x;
    private final TokenMask mask;
    private final INDArray y;
    private final double[] factors;
    private final double[] mean;
    private final double[] inverse;

    private Pass(
        INDArray x, TokenMask mask, INDArray y, double[] factors, double[] mean, double[] inverse) {
      this.x = x;
      this.mask = mask;
      this.y = y;
      this.factors = factors;
      this.mean = mean;
      this.inverse = inverse;
    }

    /** Normalized tokens [T,D], valid until the scope is closed. */
    @Override
    public INDArray y() {
      return y;
    }

    /**
     * Runs the backward pass.
     *
     * @param dy [T,D]. Not modified.
     * @param dx [T,D]. Modified: the result is added.
     * @param into gradients named like the parameters. Modified: the result is added.
     * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another
     */
    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      PassArrays.requireBackward(NAME, parameters, x, dy, dx, into);
      if (dy.isEmpty()) {
        return;
      }
      Rows upstream = Rows.of(Contiguous.of(dy));
      Rows inputs = Rows.of(x);
      Rows target = Rows.of(dx);
      int width = factors.length;
      double[] g = new double[width];
      double[] normal = new double[width];
      double[] sum = new double[width];
      double[] dWeight =
          into.isFrozen("weight") ? new double[width] : Vectors.read(into.get("weight"));
      double[] dBias = into.isFrozen("bias") ? new double[width] : Vectors.read(into.get("bias"));
      for (int t = 0; t < mean.length; t++) {
        if (!mask.valid(t)) {
          continue;
        }
        upstream.read(t, g);
        inputs.read(t, normal);
        target.read(t, sum);
        double meanG = 0;
        double meanGNormal = 0;
        for (int d = 0; d < width; d++) {
          normal[d] = (normal[d] - mean[t]) * inverse[t];
          dWeight[d] += g[d] * normal[d];
          dBias[d] += g[d];
          g[d] *= factors[d];
          meanG += g[d];
          meanGNormal += g[d] * normal[d];
        }
        meanG /= width;
        meanGNormal /= width;
        for (int d = 0; d < width; d++) {
          sum[d] += inverse[t] * (g[d] - meanG - normal[d] * meanGNormal);
        }
        target.write(t, sum);
      }
      into.ifPresent("weight", dW -> Vectors.write(dW, dWeight));
      into.ifPresent("bias", dW -> Vectors.write(dW, dBias));
    }
  }
}
