package io.github.moe4j.core.training;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean squared error over real tokens and columns, as {@code torch.nn.functional.mse_loss}: {@code Σ (y −
 * target)²/(n·D)} of n real tokens, with the gradient {@code 2·(y − target)/(n·D)}.
 */
public final class MeanSquaredError {
  private MeanSquaredError() {}

  /**
   * {@link #of(INDArray, INDArray, TokenMask)} where all tokens are real.
   *
   * @throws IllegalArgumentException if shapes or types differ
   */
  public static LossGradient of(INDArray y, INDArray target) {
    Require.shape("y", y, -1, -1);
    return of(y, target, TokenMask.none(Math.toIntExact(y.size(0))));
  }

  /**
   * The mean error of the real tokens.
   *
   * @param y [T,D], FLOAT or DOUBLE. Not modified.
   * @param target [T,D] of the same type; rows of padding are not read. Not modified.
   * @throws IllegalArgumentException if shapes or types differ
   */
  public static LossGradient of(INDArray y, INDArray target, TokenMask mask) {
    return of(y, target, mask, Math.max(1, mask.validTokens()));
  }

  /**
   * The error as a part of a larger mean, as {@link CrossEntropy#of(INDArray, int[], TokenMask, long)}.
   *
   * @param divisor divides the sum over the real tokens of their mean over D
   * @throws IllegalArgumentException if shapes or types differ, or the divisor is not positive
   */
  public static LossGradient of(INDArray y, INDArray target, TokenMask mask, long divisor) {
    Require.usable("y", y, "the squared error");
    Require.usable("target", target, "the squared error");
    Require.floating("y", y.dataType());
    Require.shape("y", y, mask.tokens(), -1);
    Require.shape("target", target, y.shape());
    Require.type("target", target, y.dataType());
    Require.that(divisor > 0, "divisor must be above 0 but was %d", divisor);
    INDArray gradient = Allocate.zeros(y.dataType(), y.shape());
    double[] losses = new double[mask.tokens()];
    double scale = 1.0 / divisor / Math.max(1, y.size(1));
    RowMap.apply(
        List.of(Contiguous.of(y), Contiguous.of(target)), List.of(gradient), (t, in, out) -> {
          Arrays.fill(out[0], 0);
          for (int d = 0; mask.valid(t) && d < out[0].length; d++) {
            double error = in[0][d] - in[1][d];
            losses[t] += error * error;
            out[0][d] = 2 * scale * error;
          }
        });
    return new LossGradient(Arrays.stream(losses).sum() * scale, gradient);
  }
}
