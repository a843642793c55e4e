package io.github.moe4j.core.training;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Softmax cross-entropy with integer targets, as {@code torch.nn.functional.cross_entropy} (pytorch {@code
 * torch/nn/functional.py}).
 *
 * <p>Of a token with log-probabilities {@code l = log softmax(logits)} and target c: {@code −(1 − s)·l_c − s/C·Σ_j
 * l_j}, s being the smoothing; the gradient is {@code softmax − (1 − s)·[j = c] − s/C}. The loss is the mean over
 * the real tokens, in nats.
 *
 * @param smoothing label smoothing, in [0, 1)
 */
public record CrossEntropy(double smoothing) {
  /**
   * Checks the smoothing.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public CrossEntropy {
    Decay.require("smoothing", smoothing);
  }

  /** Without label smoothing. */
  public static CrossEntropy create() {
    return new CrossEntropy(0);
  }

  /** {@link #of(INDArray, int[], TokenMask)} where all tokens are real. */
  public LossGradient of(INDArray logits, int[] targets) {
    return of(logits, targets, TokenMask.none(targets.length));
  }

  /**
   * The mean loss of the real tokens.
   *
   * @param logits [T,C], FLOAT or DOUBLE. Not modified.
   * @param targets class of each token [T]; those of padding are not read. Not modified.
   * @throws IllegalArgumentException if shapes do not fit, or a real token's target is not in [0, C)
   */
  public LossGradient of(INDArray logits, int[] targets, TokenMask mask) {
    return of(logits, targets, mask, Math.max(1, mask.validTokens()));
  }

  /**
   * The loss as a part of a larger mean: micro-batches with different numbers of real tokens add up to the mean
   * over all of them.
   *
   * @param divisor divides the sum over the real tokens, such as the number of real tokens of all micro-batches
   * @throws IllegalArgumentException if shapes do not fit, a real token's target is not in [0, C), or the divisor is
   *     not positive
   */
  public LossGradient of(INDArray logits, int[] targets, TokenMask mask, long divisor) {
    Require.usable("logits", logits, "the cross-entropy");
    Require.floating("logits", logits.dataType());
    Require.shape("logits", logits, mask.tokens(), -1);
    Require.that(divisor > 0, "divisor must be above 0 but was %d", divisor);
    Targets.require(targets, mask, logits.size(1));
    INDArray gradient = Allocate.zeros(logits.dataType(), logits.shape());
    double[] losses = new double[targets.length];
    RowMap.apply(List.of(Contiguous.of(logits)), List.of(gradient), (t, in, out) -> {
      if (mask.valid(t)) {
        losses[t] = row(in[0], targets[t], out[0], divisor);
      } else {
        Arrays.fill(out[0], 0);
      }
    });
    return new LossGradient(Arrays.stream(losses).sum() / divisor, gradient);
  }

  private double row(double[] logits, int target, double[] gradient, long divisor) {
    double max = Arrays.stream(logits).max().orElseThrow();
    double sum = 0;
    double logitSum = 0;
    for (int c = 0; c < logits.length; c++) {
      gradient[c] = Exp.exp(logits[c] - max);
      sum += gradient[c];
      logitSum += logits[c];
    }
    double uniform = smoothing / logits.length;
    for (int c = 0; c < logits.length; c++) {
      double wanted = (c == target ? 1 - smoothing : 0) + uniform;
      gradient[c] = (gradient[c] / sum - wanted) / divisor;
    }
    double logSum = max + StrictMath.log(sum);
    return logSum - (1 - smoothing) * logits[target] - uniform * logitSum;
  }
}
