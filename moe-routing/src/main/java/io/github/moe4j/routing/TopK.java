package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;
import java.util.Objects;

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
 * renormalisation, refuse to train with k = 1.
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
    int[] chosen = new int[k * mask.validTokens()];
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
   * @param chosen k experts of every real token, token after token [K·valid tokens]. Not modified.
   */
  public RuleResult weigh(Logits logits, MoeInput input, int[] chosen) {
    int expected = k * input.mask().validTokens();
    Require.that(
        chosen.length == expected,
        "chosen must have k experts a real token: %d != %d",
        chosen.length,
        expected);
    Probabilities probabilities = logits.softmax(input.mask());
    int[] token = new int[expected];
    double[] weight = new double[expected];
    int n = 0;
    for (int t = 0; t < logits.tokens(); t++) {
      if (!input.mask().valid(t)) {
        continue;
      }
      double sum = 0;
      for (int i = n; i < n + k; i++) {
        token[i] = t;
        weight[i] = probabilities.get(t, Objects.checkIndex(chosen[i], logits.experts()));
        sum += weight[i];
      }
      for (int i = n; i < n + k; i++) {
        weight[i] *= scale / (sumsToOne() ? sum : 1);
      }
      n += k;
    }
    return new Result(
        Assignments.of(logits.tokens(), logits.experts(), token, chosen, weight), probabilities);
  }

  private boolean sumsToOne() {
    return softmax == Softmax.AFTER || renormalise;
  }

  /** The decision of one pass; assignments lie k by k, token after token. */
  private final class Result implements RuleResult {
    private final Assignments assignments;
    private final Probabilities probabilities;

    Result(Assignments assignments, Probabilities probabilities) {
      this.assignments = assignments;
      this.probabilities = probabilities;
    }

    @Override
    public Assignments assignments() {
      return assignments;
    }

    @Override
    public Probabilities probabilities() {
      return probabilities;
    }

    /** {@code w_i = scale·p_i/s}, {@code s = Σ p} of the chosen or 1, then the softmax. */
    @Override
    public void backward(double[] dWeights, double[] dProbabilities, double[] dLogits) {
      double[] dP = dProbabilities.clone();
      for (int from = 0; from < assignments.size(); from += k) {
        double sum = 0;
        double dot = 0;
        for (int n = from; n < from + k; n++) {
          sum += probability(n);
          dot += dWeights[n] * probability(n);
        }
        for (int n = from; n < from + k; n++) {
          double d = sumsToOne() ? (dWeights[n] - dot / sum) / sum : dWeights[n];
          dP[assignments.token(n) * assignments.experts() + assignments.expert(n)] += scale * d;
        }
      }
      probabilities.softmaxBackward(dP, dLogits);
    }

    private double probability(int n) {
      return probabilities.get(assignments.token(n), assignments.expert(n));
    }
  }
}
