package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multi-head causal self-attention over real tokens of a sequence (Vaswani et al. 2017, arXiv
 * 1706.03762, equation 1, masked).
 *
 * <p>Scores of one sequence and head are a matrix [S,S], so memory grows with S². Padding tokens are
 * not attended to, and their output is zero.
 *
 * <p>Parameters: {@code qkv.weight} [3D,D] (queries, keys, values) and {@code out.weight} [D,D].
 */
public final class CausalSelfAttention implements TokenLayer {
  private static final String NAME = "a self-attention";

  private final INDArray qkvWeight;
  private final INDArray outWeight;
  private final int heads;
  private final NamedArrays parameters;

  private CausalSelfAttention(INDArray qkvWeight, INDArray outWeight, int heads) {
    this.qkvWeight = qkvWeight;
    this.outWeight = outWeight;
    this.heads = heads;
    this.parameters = NamedArrays.builder()
        .add("qkv.weight", qkvWeight)
        .add("out.weight", outWeight)
        .build();
  }

  /**
   * New attention.
   *
   * @param width D, a multiple of heads
   * @param random source of the weights. Modified.
   * @throws IllegalArgumentException if a size is not positive, or heads do not divide the width
   */
  public static CausalSelfAttention create(
      int width, int heads, DataType type, Initializer initializer, RandomGenerator random) {
    Require.positive("width", width);
    Require.positive("heads", heads);
    Require.that(width % heads == 0, "heads must divide width = %d but was %d", width, heads);
    return new CausalSelfAttention(
        initializer.create(type, random, 3L * width, width),
        initializer.create(type, random, width, width),
        heads);
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /**
   * Attends.
   *
   * @param input tokens x [T,D] with mask and sequence length; rows of padding must be finite, as
   *     those of {@link LayerNorm} are. Not modified.
   * @param scope memory of the pass
   * @throws IllegalArgumentException if x has another width or type, or is closed
   */
  @Override
  public Pass forward(TokenBatch input, Arena.Scope scope) {
    PassArrays.requireInputs(NAME, parameters, input.x());
    Require.shape("x", input.x(), -1, outWeight.size(0));
    parameters.requireType(input.dataType());
    return new Pass(input, scope);
  }

  /** One pass with its backward; arrays by head are [T·heads, D/heads], sequence by sequence. */
  public final class Pass implements TokenLayer.Pass {
    private final INDArray x;
    private final TokenMask mask;
    private final Arena.Scope scope;
    private final HeadLayout layout;
    private final INDArray[] qkv;
    private final INDArray probabilities;
    private final INDArray merged;
    private final INDArray y;

    private Pass(TokenBatch input, Arena.Scope scope) {
      this.x = input.x();
      this.mask = input.mask();
      this.scope = scope;
      this.layout = new HeadLayout(input.tokens(), input.sequenceLength(), heads, input.width());
      INDArray joined = take(layout.tokens(), 3 * layout.width());
      Gemm.multiply(x, false, qkvWeight, true, 0, joined);
      this.qkv = new INDArray[] {takeHeads(), takeHeads(), takeHeads()};
      layout.split(joined, qkv);
      this.probabilities = take(layout.rows(), layout.sequence());
      for (int g = 0; g < layout.groups(); g++) {
        Gemm.multiply(block(qkv[0], g), false, block(qkv[1], g), true, 0, block(probabilities, g));
      }
      softmax();
      INDArray attended = takeHeads();
      for (int g = 0; g < layout.groups(); g++) {
        Gemm.multiply(
            block(probabilities, g), false, block(qkv[2], g), false, 0, block(attended, g));
      }
      this.merged = take(layout.tokens(), layout.width());
      layout.join(merged, attended);
      this.y = take(layout.tokens(), layout.width());
      Gemm.multiply(merged, false, outWeight, true, 0, y);
    }

    private INDArray take(int rows, int columns) {
      return scope.take(x.dataType(), rows, columns);
    }

    private INDArray takeHeads() {
      return take(layout.rows(), layout.headWidth());
    }

    private INDArray block(INDArray byHead, int group) {
      return Gemm.rows(
          byHead, (long) group * layout.sequence(), (long) (group + 1) * layout.sequence());
    }

    /** Turns scores into probabilities in place; what must not be seen gets exactly zero. */
    private void softmax() {
      double scale = layout.scale();
      RowMap.apply(List.of(probabilities), List.of(probabilities), (row, in, out) -> {
        double[] s = in[0];
        double[] p = out[0];
        java.util.Arrays.fill(p, 0);
        int first = layout.firstToken(row);
        int query = row % s.length;
        if (!mask.valid(first + query)) {
          return;
        }
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j <= query; j++) {
          if (mask.valid(first + j)) {
            max = Math.max(max, s[j] * scale);
          }
        }
        double sum = 0;
        for (int j = 0; j <= query; j++) {
          if (mask.valid(first + j)) {
            p[j] = Exp.exp(s[j] * scale - max);
            sum += p[j];
          }
        }
        for (int j = 0; j <= query; j++) {
          p[j] /= sum;
        }
      });
    }

    /** Attended tokens [T,D], valid until the scope is closed. */
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
      Contiguous.require("dy", dy);
      into.ifPresent("out.weight", dW -> Gemm.multiply(dy, true, merged, false, 1, dW));
      INDArray dMerged = take(layout.tokens(), layout.width());
      Gemm.multiply(dy, false, outWeight, false, 0, dMerged);
      INDArray dAttended = takeHeads();
      layout.split(dMerged, dAttended);
      INDArray dScores = take(layout.rows(), layout.sequence());
      INDArray[] dQkv = {takeHeads(), takeHeads(), takeHeads()};
      for (int g = 0; g < layout.groups(); g++) {
        INDArray d = block(dAttended, g);
        Gemm.multiply(d, false, block(qkv[2], g), true, 0, block(dScores, g));
        Gemm.multiply(block(probabilities, g), true, d, false, 0, block(dQkv[2], g));
      }
      softmaxBackward(dScores);
      for (int g = 0; g < layout.groups(); g++) {
        INDArray d = block(dScores, g);
        Gemm.multiply(d, false, block(qkv[1], g), false, 0, block(dQkv[0], g));
        Gemm.multiply(d, true, block(qkv[0], g), false, 0, block(dQkv[1], g));
      }
      INDArray dJoined = take(layout.tokens(), 3 * layout.width());
      layout.join(dJoined, dQkv);
      into.ifPresent("qkv.weight", dW -> Gemm.multiply(dJoined, true, x, false, 1, dW));
      Gemm.multiply(dJoined, false, qkvWeight, false, 1, dx);
    }

    /** Turns the gradient of probabilities into that of unscaled scores in place. */
    private void softmaxBackward(INDArray gradient) {
      double scale = layout.scale();
      RowMap.apply(List.of(probabilities, gradient), List.of(gradient), (row, in, out) -> {
        double[] p = in[0];
        double[] dp = in[1];
        double dot = 0;
        for (int j = 0; j < p.length; j++) {
          dot += p[j] * dp[j];
        }
        for (int j = 0; j < p.length; j++) {
          out[0][j] = scale * p[j] * (dp[j] - dot);
        }
      });
    }
  }
}
