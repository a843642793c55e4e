package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * Top-k routing: each token goes to the k experts with the largest scores.
 *
 * <p>With {@link Softmax#BEFORE}: {@code p = softmax(logits)}; the weights are the k largest p,
 * divided by their sum if renormalised (Mixtral in Hugging Face, {@code MixtralTopKRouter}; OLMoE
 * and Qwen2-MoE without). With {@link Softmax#AFTER}: the weights are the softmax over the k chosen
 * logits, equal to BEFORE with renormalisation (Shazeer et al. 2017, arXiv 1701.06538, equations 3
 * and 5, without noise; mistral-inference {@code MoeLayer}). Then times {@code scale}.
 *
 * <p>At perfect balance every expert gets {@code T·K/E} tokens. Ties go to the lowest expert index.
 * The choice itself carries no gradient; the weights and the full softmax do. With k = 1 weights
 * that always sum to 1 give the router no gradient from the output, so AFTER, and BEFORE with
 * renormalisation, refuse to train with k = 1 of several experts.
 *
 * @param k choices per token, 1 ≤ k ≤ E
 * @param softmax whether the softmax is taken before or after the choice
 * @param renormalise whether weights are divided by their sum; only with {@link Softmax#BEFORE}
 * @param scale factor on all weights, such as DeepSeek's routed scaling factor
 */
public record TopK(int k, Softmax softmax, boolean renormalise, double scale)
    implements RoutingRule {

  /** Where the softmax is taken. */
  public enum Softmax {
    /** Over all experts, before choosing. */
    BEFORE,
    /** Over the chosen experts. */
    AFTER
  }

  /** Checks the options. */
  public TopK {
    Require.positive("k", k);
    Require.finite("scale", scale);
    Require.that(
        softmax == Softmax.BEFORE || !renormalise,
        "renormalise must be false with softmax AFTER: those weights sum to 1 already");
  }

  /** The k largest softmax probabilities, renormalised: Mixtral's router. */
  public static TopK of(int k) {
    return new TopK(k, Softmax.BEFORE, true, 1);
  }

  /** The k largest softmax probabilities as they are: OLMoE's and Qwen2-MoE's router. */
  public static TopK unnormalised(int k) {
    return new TopK(k, Softmax.BEFORE, false, 1);
  }

  /** Softmax over the k chosen logits. */
  public static TopK softmaxAfter(int k) {
    return new TopK(k, Softmax.AFTER, false, 1);
  }

  @Override
  public void requireFits(int experts) {
    Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
  }

  @Override
  public RuleResult apply(Logits logits, MoeInput input) {
    requireFits(logits.experts());
    Require.that(
        !(input.isTraining() && k == 1 && sumsToOne() && logits.experts() > 1),
        "k must be above 1 when training with weights that sum to 1, since k = 1 gives the router"
            + " no gradient, but was %d",
        k);
    return weigh(logits, input, choose(logits, input.mask()));
  }

  /** The k best experts of every real token, best first, token after token. */
  private int[] choose(Logits logits, TokenMask mask) {
    double[] scores = logits.toArray();
    int[] chosen = new int[Math.multiplyExact(k, mask.validTokens())];
    int[] ofToken = new int[k];
    int size = 0;
    for (int t = 0; t < logits.tokens(); t++) {
      if (mask.valid(t)) {
        TopSelection.largest(scores, t * logits.experts(), logits.experts(), ofToken);
        System.arraycopy(ofToken, 0, chosen, size, k);
        size += k;
      }
    }
    return chosen;
  }

  /**
   * The weights, and the way back, for a choice that was made elsewhere: replayed or recorded.
   *
   * @param chosen k different experts of every real token, token after token [K·valid tokens]. Not
   *     modified.
   */
  public RuleResult weigh(Logits logits, MoeInput input, int[] chosen) {
    int expected = Math.multiplyExact(k, input.mask().validTokens());
    Require.that(
        chosen.length == expected,
        "chosen must have k experts a real token: %d != %d",
        chosen.length,
        expected);
    Probabilities probabilities = logits.softmax(input.mask());
    int[] token = new int[expected];
    double[] share = new double[expected];
    int n = 0;
    for (int t = 0; t < logits.tokens(); t++) {
      if (input.mask().valid(t)) {
        requireDistinct(t, chosen, n, logits.experts());
        Arrays.fill(token, n, n + k, t);
        share(t, logits, probabilities, chosen, n, share);
        n += k;
      }
    }
    double[] weight = Arrays.stream(share).map(s -> scale * s).toArray();
    return new Result(
        Assignments.of(logits.tokens(), logits.experts(), token, chosen, weight),
        probabilities,
        share);
  }

  private void requireDistinct(int token, int[] chosen, int from, int experts) {
    for (int i = from; i < from + k; i++) {
      if (chosen[i] < 0 || chosen[i] >= experts) {
        Require.that(
            false, "chosen of token %d must be in [0, %d) but was %d", token, experts, chosen[i]);
      }
      for (int j = from; j < i; j++) {
        if (chosen[j] == chosen[i]) {
          Require.that(
              false, "chosen of token %d must be distinct but has %d twice", token, chosen[i]);
        }
      }
    }
  }

  /**
   * The weights of one token before scaling: its probabilities, or the softmax over its chosen
   * scores, which is the same as dividing by their sum but cannot underflow.
   */
  private void share(
      int t, Logits logits, Probabilities probabilities, int[] chosen, int from, double[] share) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + k; i++) {
      max = Math.max(max, logits.get(t, chosen[i]));
    }
    double sum = 0;
    for (int i = from; i < from + k; i++) {
      share[i] =
          sumsToOne() ? Exp.exp(logits.get(t, chosen[i]) - max) : probabilities.get(t, chosen[i]);
      sum += share[i];
    }
    for (int i = from; sumsToOne() && i < from + k; i++) {
      share[i] /= sum;
    }
  }

  private boolean sumsToOne() {
    return softmax == Softmax.AFTER || renormalise;
  }

  /** The decision of one pass; assignments lie k by k, token after token. */
  private final class Result implements RuleResult {
    private final Assignments assignments;
    private final Probabilities probabilities;
    private final double[] share;

    Result(Assignments assignments, Probabilities probabilities, double[] share) {
      this.assignments = assignments;
      this.probabilities = probabilities;
      this.share = share;
    }

    @Override
    public Assignments assignments() {
      return assignments;
    }

    @Override
    public Probabilities probabilities() {
      return probabilities;
    }

    /**
     * Weights that sum to 1 are a softmax over the chosen scores and pull back to these alone;
     * others pull back to probabilities, and those through the full softmax.
     */
    @Override
    public void backward(
        double[] dWeights, double[] dProbabilities, double[] dLogits, Gradients into) {
      double[] dP = dProbabilities.clone();
      for (int from = 0; from < share.length; from += k) {
        double dot = 0;
        for (int n = from; n < from + k; n++) {
          dot += dWeights[n] * share[n];
        }
        for (int n = from; n < from + k; n++) {
          int place = assignments.token(n) * assignments.experts() + assignments.expert(n);
          if (sumsToOne()) {
            dLogits[place] += scale * share[n] * (dWeights[n] - dot);
          } else {
            dP[place] += scale * dWeights[n];
          }
        }
      }
      probabilities.softmaxBackward(dP, dLogits);
    }
  }
}
