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
 * Root mean square normalization: {@code x/√(mean x² + ε) · weight} over each token (Zhang and Sennrich 2019, arXiv
 * 1910.07467, equation 4), with ε inside the root as in transformers' {@code LlamaRMSNorm}.
 *
 * <p>Parameter: {@code weight} [D], which starts at one.
 */
public final class RmsNorm implements TokenLayer {
  private static final String NAME = "an RMS normalization";

  private final INDArray weight;
  private final double epsilon;
  private final NamedArrays parameters;

  private RmsNorm(INDArray weight, double epsilon) {
    this.weight = weight;
    this.epsilon = epsilon;
    this.parameters = NamedArrays.builder().add("weight", weight).build();
  }

  /**
   * A new normalization.
   *
   * @param epsilon added to the mean square, at least 0; 1e-6 in Llama
   * @throws IllegalArgumentException if the width is not positive, or epsilon is negative
   */
  public static RmsNorm create(int width, double epsilon, DataType type) {
    Require.positive("width", width);
    Require.notNegative("epsilon", epsilon);
    INDArray weight = Allocate.zeros(type, width);
    weight.assign(1);
    return new RmsNorm(weight, epsilon);
  }

  /**
   * A normalization over an existing array, which becomes the live parameter.
   *
   * @param weight [D], contiguous, of tokens of its type
   * @param epsilon added to the mean square, at least 0
   */
  public static RmsNorm of(INDArray weight, double epsilon) {
    Require.shape("weight", weight, -1);
    Require.floating("weight", weight.dataType());
    Require.that(weight.length() >= 1, "weight must have at least 1 number but had none");
    Require.notNegative("epsilon", epsilon);
    return new RmsNorm(weight, epsilon);
  }

  /** Width D of the tokens. */
  public int width() {
    return Math.toIntExact(weight.length());
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Width and type, such as {@code RMS norm of width 64, FLOAT}. */
  @Override
  public String toString() {
    return "RMS norm of width %d, %s".formatted(weight.length(), weight.dataType());
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
    double[] inverse = new double[mask.tokens()];
    INDArray y = scope.take(x.dataType(), x.shape());
    RowMap.apply(List.of(Contiguous.of(x)), List.of(y), (t, in, out) -> {
      if (!mask.valid(t)) {
        Arrays.fill(out[0], 0);
        return;
      }
      double squares = 0;
      for (double v : in[0]) {
        squares += v * v;
      }
      inverse[t] = 1 / Math.sqrt(squares / w.length + epsilon);
      for (int d = 0; d < w.length; d++) {
        out[0][d] = in[0][d] * inverse[t] * w[d];
      }
    });
    return new Pass(x, mask, y, w, inverse);
  }

  /** One pass with its backward. */
  public final class Pass implements TokenLayer.Pass {
    private final INDArray x;
    private final TokenMask mask;
    private final INDArray y;
    private final double[] factors;
    private final double[] inverse;

    private Pass(INDArray x, TokenMask mask, INDArray y, double[] factors, double[] inverse) {
      this.x = x;
      this.mask = mask;
      this.y = y;
      this.factors = factors;
      this.inverse = inverse;
    }

    /** Normalized tokens [T,D], valid until the scope is closed. */
    @Override
    public INDArray y() {
      return y;
    }

    /**
     * Runs the backward pass: {@code dx += (g − n·mean(g·n))/r} with {@code g = dy·weight}, {@code n = x/r} and r the
     * root.
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
      Rows inputs = Rows.of(Contiguous.of(x));
      Rows target = Rows.of(dx);
      int width = factors.length;
      double[] g = new double[width];
      double[] normal = new double[width];
      double[] sum = new double[width];
      double[] dWeight = new double[width];
      for (int t = 0; t < inverse.length; t++) {
        if (!mask.valid(t)) {
          continue;
        }
        upstream.read(t, g);
        inputs.read(t, normal);
        target.read(t, sum);
        double mean = 0;
        for (int d = 0; d < width; d++) {
          normal[d] *= inverse[t];
          dWeight[d] += g[d] * normal[d];
          g[d] *= factors[d];
          mean += g[d] * normal[d] / width;
        }
        for (int d = 0; d < width; d++) {
          sum[d] += inverse[t] * (g[d] - normal[d] * mean);
        }
        target.write(t, sum);
      }
      into.ifPresent("weight", dW -> Vectors.add(dW, dWeight));
    }
  }
}
