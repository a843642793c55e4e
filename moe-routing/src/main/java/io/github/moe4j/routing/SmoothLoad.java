package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.SelectionProbabilities;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.NormalDistribution;
import io.github.moe4j.core.internal.Parallel;
import org.jspecify.annotations.Nullable;

/**
 * The probability of each expert to be chosen if only its own noise is redrawn: {@code
 * P_i = Φ((clean_i − threshold_i)/σ_i)} (arXiv 1701.06538, equations 8 and 9), with its backward.
 *
 * <p>A threshold is a score itself, so a gradient flows to the one expert that sets it, too.
 */
final class SmoothLoad {
  /** Scores that are worth a thread of their own. */
  private static final int GRAIN_ELEMENTS = 2048;

  private final Logits clean;
  private final Logits noisy;
  private final double[] sigma;
  private final int experts;
  private final TokenMask mask;
  private final @Nullable Probabilities softmax;

  /** Experts with the two scores of a token that can be a threshold: for the chosen, for others. */
  private final int[] ofChosen;

  private final int[] ofOthers;

  private final double[] values;

  /**
   * The probabilities for scores of one pass.
   *
   * @param sigma row-major [T·E]. Kept.
   * @param k choices per token, below E
   */
  SmoothLoad(
      Logits clean, Logits noisy, double[] sigma, int k, LoadThreshold kind, TokenMask mask) {
    this.clean = clean;
    this.noisy = noisy;
    this.sigma = sigma;
    this.experts = clean.experts();
    this.mask = mask;
    this.softmax = kind == LoadThreshold.PROBABILITIES ? noisy.softmax(mask) : null;
    this.ofChosen = new int[mask.tokens()];
    this.ofOthers = new int[mask.tokens()];
    this.values = new double[sigma.length];
    int grain = Math.max(1, GRAIN_ELEMENTS / experts);
    Parallel.ranges(mask.tokens(), grain, (first, end) -> {
      int[] best = new int[k + 1];
      double[] row = new double[experts];
      for (int t = first; t < end; t++) {
        if (mask.valid(t)) {
          noisy.copyRow(t, row);
          TopSelection.largest(row, 0, experts, best);
          ofChosen[t] = best[kind == LoadThreshold.KTH_NOISY_LOGIT ? k - 1 : k];
          ofOthers[t] = best[k - 1];
          fill(t, row);
        }
      }
    });
  }

  private void fill(int t, double[] noisyRow) {
    double chosen = threshold(t, ofChosen[t]);
    double others = threshold(t, ofOthers[t]);
    for (int e = 0; e < experts; e++) {
      int i = t * experts + e;
      double distance = clean.get(t, e) - (noisyRow[e] > chosen ? chosen : others);
      // Without noise the chance is a step, whose slope is taken as 0.
      values[i] = sigma[i] > 0 ? NormalDistribution.cdf(distance / sigma[i]) : distance > 0 ? 1 : 0;
    }
  }

  /** The expert whose score is the threshold of expert {@code e}. */
  private int setter(int t, int e) {
    return noisy.get(t, e) > threshold(t, ofChosen[t]) ? ofChosen[t] : ofOthers[t];
  }

  private double threshold(int t, int setter) {
    return softmax == null ? noisy.get(t, setter) : softmax.get(t, setter);
  }

  SelectionProbabilities values() {
    return SelectionProbabilities.wrap(values, experts, mask);
  }

  /**
   * Propagates a gradient of the probabilities back.
   *
   * @param dLoad [T·E], zero for padding. Not modified.
   * @param dClean gradient of the scores without noise [T·E]. Modified: the result is added.
   * @param dNoisy gradient of the scores with noise [T·E]. Modified: the result is added.
   * @param dSigma gradient of σ [T·E]. Modified: the result is added.
   */
  void backward(double[] dLoad, double[] dClean, double[] dNoisy, double[] dSigma) {
    double[] dThreshold = softmax == null ? dNoisy : new double[sigma.length];
    for (int t = 0; t < mask.tokens(); t++) {
      for (int e = 0; mask.valid(t) && e < experts; e++) {
        int i = t * experts + e;
        int setter = setter(t, e);
        double z = (clean.get(t, e) - threshold(t, setter)) / sigma[i];
        double density = sigma[i] > 0 ? NormalDistribution.density(z) : 0;
        if (density > 0) { // else z may be infinite
          double dDistance = dLoad[i] * density / sigma[i];
          dClean[i] += dDistance;
          dThreshold[t * experts + setter] -= dDistance;
          dSigma[i] -= dDistance * z;
        }
      }
    }
    if (softmax != null) {
      softmax.softmaxBackward(dThreshold, dNoisy);
    }
  }
}
