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
  /** Scores that justify a thread. */
  private static final int GRAIN_ELEMENTS = 2048;

  private final Logits clean;
  private final Logits noisy;
  private final double[] sigma;
  private final int experts;
  private final TokenMask mask;
  private final @Nullable Probabilities softmax;

  private final int k;
  private final LoadThreshold kind;

  /** The experts whose scores are thresholds of a token; null till they are needed. */
  private @Nullable Setters setters;

  /** Experts with the two scores of a token that can be a threshold [T]: for the chosen, for others. */
  private record Setters(int[] ofChosen, int[] ofOthers) {}

  /**
   * The probabilities for scores of one pass, computed when they are read.
   *
   * @param sigma row-major [T·E]. Kept, not copied: must not be modified afterwards.
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
    this.k = k;
    this.kind = kind;
  }

  private synchronized Setters setters() {
    Setters known = setters;
    if (known == null) {
      known = findSetters();
      setters = known;
    }
    return known;
  }

  private Setters findSetters() {
    Setters found = new Setters(new int[mask.tokens()], new int[mask.tokens()]);
    Parallel.ranges(mask.tokens(), Math.max(1, GRAIN_ELEMENTS / experts), (first, end) -> {
      int[] best = new int[k + 1];
      double[] row = new double[experts];
      for (int t = first; t < end; t++) {
        if (mask.valid(t)) {
          noisy.copyRow(t, row);
          TopSelection.largest(row, 0, experts, best);
          found.ofChosen[t] = best[kind == LoadThreshold.KTH_NOISY_LOGIT ? k - 1 : k];
          found.ofOthers[t] = best[k - 1];
        }
      }
    });
    return found;
  }

  private double[] compute() {
    Setters found = setters();
    double[] values = new double[sigma.length];
    Parallel.ranges(mask.tokens(), Math.max(1, GRAIN_ELEMENTS / experts), (first, end) -> {
      for (int t = first; t < end; t++) {
        if (mask.valid(t)) {
          fill(t, found, values);
        }
      }
    });
    return values;
  }

  private void fill(int t, Setters found, double[] values) {
    double chosen = threshold(t, found.ofChosen[t]);
    double others = threshold(t, found.ofOthers[t]);
    for (int e = 0; e < experts; e++) {
      int i = t * experts + e;
      double distance = clean.get(t, e) - (noisy.get(t, e) > chosen ? chosen : others);
      // Without noise the chance is a step, whose slope is taken as 0.
      values[i] = sigma[i] > 0 ? NormalDistribution.cdf(distance / sigma[i]) : distance > 0 ? 1 : 0;
    }
  }

  /** The expert whose score is the threshold of expert {@code e}. */
  private int setter(Setters found, int t, int e) {
    boolean above = noisy.get(t, e) > threshold(t, found.ofChosen[t]);
    return above ? found.ofChosen[t] : found.ofOthers[t];
  }

  private double threshold(int t, int setter) {
    return softmax == null ? noisy.get(t, setter) : softmax.get(t, setter);
  }

  SelectionProbabilities values() {
    return SelectionProbabilities.whenRead(experts, mask, this::compute);
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
    Setters found = setters();
    double[] dThreshold = softmax == null ? dNoisy : new double[sigma.length];
    for (int t = 0; t < mask.tokens(); t++) {
      for (int e = 0; mask.valid(t) && e < experts; e++) {
        int i = t * experts + e;
        int setter = setter(found, t, e);
        double z = (clean.get(t, e) - threshold(t, setter)) / sigma[i];
        double density = NormalDistribution.density(z);
        if (density > 0) { // else z may be infinite, or NaN where σ is 0
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
