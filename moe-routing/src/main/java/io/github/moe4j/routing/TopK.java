package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;

/**
 * Top-k routing: each token goes to the k experts with the largest scores.
 *
 * <p>{@code s = scores(logits)}; the weights are the k largest s, normalized by {@code norm},
 * times {@code scale}. Softmax with {@link TopKNormalization#sum()} is Mixtral's router in Hugging Face
 * ({@code MixtralTopKRouter}), and the same as a softmax over the k chosen logits (Shazeer et al.
 * 2017, arXiv 1701.06538, equations 3 and 5, without noise; gpt-oss; mistral-inference {@code
 * MoeLayer}); it is computed as the latter, which cannot underflow. Softmax without norm is that of
 * OLMoE and Qwen2-MoE, sigmoid that of Llama 4.
 *
 * <p>The full distribution that balance losses read is the softmax, or other scores divided
 * by their sum over all experts.
 *
 * <p>At perfect balance every expert gets {@code T·K/E} tokens. Ties go to the lowest expert index.
 * The choice itself carries no gradient; the weights and the distribution do. With k = 1 normalized
 * weights are always 1 and give the router no gradient from the output, so training with a norm
 * and k = 1 of several experts is rejected.
 *
 * @param k choices per token, 1 ≤ k ≤ E
 * @param scores how logits become scores
 * @param norm how chosen scores become weights
 * @param scale factor on all weights, such as DeepSeek's routed scaling factor
 */
public record TopK(int k, ScoreFunction scores, TopKNormalization norm, double scale)
    implements RoutingRule {
  /** Scores that are copied together: small parts stay in the cache. */
  private static final int TOGETHER = 1024;

  /** Scores whose choices are worth a thread. */
  private static final int GRAIN_ELEMENTS = 16_384;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public TopK {
    Require.positive("k", k);
    Require.finite("scale", scale);
  }

  /** The k largest softmax probabilities, divided by their sum: Mixtral's router. */
  public static TopK of(int k) {
    return new TopK(k, ScoreFunction.SOFTMAX, TopKNormalization.sum(), 1);
  }

  /** The k largest softmax probabilities, unnormalized: OLMoE's and Qwen2-MoE's router. */
  public static TopK unnormalized(int k) {
    return new TopK(k, ScoreFunction.SOFTMAX, TopKNormalization.none(), 1);
  }

  /** Softmax over the k chosen logits; the same numbers as {@link #of}. */
  public static TopK softmaxAfter(int k) {
    return of(k);
  }

  /** The k largest sigmoids, unnormalized: Llama 4's router, with k = 1. */
  public static TopK sigmoid(int k) {
    return new TopK(k, ScoreFunction.SIGMOID, TopKNormalization.none(), 1);
  }

  /** The same rule with another factor on all weights. */
  public TopK withScale(double newScale) {
    return new TopK(k, scores, norm, newScale);
  }

  @Override
  public void requireFits(int experts) {
    Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    requireUsable(logits.experts(), input);
    int[] chosen = choose(logits, input.mask());
    int[] token = TokenChoices.tokensOf(input.mask(), k);
    Probabilities distribution = scores.distribution(logits, input.mask());
    return new TopKPass(this, logits, distribution, input.mask(), token, chosen, null);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input, Arena.Scope scope) {
    if (input.mode().keepsDecision()) {
      return apply(logits, input);
    }
    int size = Math.multiplyExact(k, input.mask().validTokens());
    int[] token = scope.takeInts(size);
    TokenChoices.fillTokens(input.mask(), k, token);
    int[] chosen = scope.takeInts(size);
    choose(logits, input.mask(), chosen);
    Probabilities distribution = scores.distribution(logits, input.mask());
    return new TopKPass(this, logits, distribution, input.mask(), token, chosen, scope);
  }

  /**
   * The k best experts of every real token, best first, token after token [K·valid tokens].
   *
   * @param selection what to choose by [T,E]
   */
  int[] choose(TokenScores selection, TokenMask mask) {
    int[] chosen = new int[Math.multiplyExact(k, mask.validTokens())];
    choose(selection, mask, chosen);
    return chosen;
  }

  /** The same into an array, which may be longer. */
  private void choose(TokenScores selection, TokenMask mask, int[] chosen) {
    requireFits(selection.experts());
    if (mask.allValid()) {
      Parallel.ranges(
          mask.tokens(),
          Math.max(1, GRAIN_ELEMENTS / selection.experts()),
          (from, to) -> choose(selection, mask, from, to, chosen, from * k));
    } else {
      choose(selection, mask, 0, mask.tokens(), chosen, 0);
    }
  }

  /** Adds the choices of tokens {@code [first, last)} from place {@code size} on. */
  private void choose(
      TokenScores selection, TokenMask mask, int first, int last, int[] chosen, int size) {
    int together = Math.max(1, TOGETHER / selection.experts());
    double[] rows = new double[together * selection.experts()];
    int next = size;
    for (int from = first; from < last; from += together) {
      int to = Math.min(last, from + together);
      selection.copyRows(from, to, rows);
      next = choose(rows, 0, selection.experts(), mask, from, to, chosen, next);
    }
  }

  /**
   * The k best experts of every real token, best first, token after token [K·valid tokens].
   *
   * @param selection what to choose by, row-major [T·E]. Not modified.
   */
  int[] choose(double[] selection, int experts, TokenMask mask) {
    requireFits(experts);
    int[] chosen = new int[Math.multiplyExact(k, mask.validTokens())];
    if (mask.allValid()) {
      Parallel.ranges(
          mask.tokens(),
          Math.max(1, GRAIN_ELEMENTS / experts),
          (from, to) ->
              choose(selection, from * experts, experts, mask, from, to, chosen, from * k));
    } else {
      choose(selection, 0, experts, mask, 0, mask.tokens(), chosen, 0);
    }
    return chosen;
  }

  /**
   * Adds the choices of tokens {@code [from, to)} by their rows; returns the new size.
   *
   * @param begin where the row of token {@code from} begins
   */
  private int choose(
      double[] rows,
      int begin,
      int experts,
      TokenMask mask,
      int from,
      int to,
      int[] chosen,
      int size) {
    int[] ofToken = new int[k];
    int next = size;
    for (int t = from; t < to; t++) {
      if (mask.valid(t)) {
        TopSelection.largest(rows, begin + (t - from) * experts, experts, ofToken);
        System.arraycopy(ofToken, 0, chosen, next, k);
        next += k;
      }
    }
    return next;
  }

  /**
   * The weights, with their backward, for a given choice: of another rule, replayed or
   * recorded.
   *
   * @param chosen k different experts of every real token, token after token [K·valid tokens]. Not
   *     modified.
   * @throws IllegalArgumentException if the choices are not k different experts per real token
   */
  public RulePass weigh(Logits logits, TokenBatch input, int[] chosen) {
    return weigh(logits, scores.distribution(logits, input.mask()), input, chosen);
  }

  /**
   * The same where the distribution may be known already.
   *
   * @param distribution that of the rule's scores of these logits
   */
  RulePass weigh(Logits logits, Probabilities distribution, TokenBatch input, int[] chosen) {
    requireUsable(logits.experts(), input);
    int[] token = TokenChoices.tokensOf(input.mask(), k);
    Require.that(
        chosen.length == token.length,
        "chosen must have k experts per real token: %d != %d",
        chosen.length,
        token.length);
    for (int from = 0; from < chosen.length; from += k) {
      requireDistinct(token[from], chosen, from, logits.experts());
    }
    return new TopKPass(this, logits, distribution, input.mask(), token, chosen.clone(), null);
  }

  /** Throws unless the rule fits E and its weights can learn in the mode of the input. */
  void requireUsable(int experts, TokenBatch input) {
    requireFits(experts);
    Require.that(
        !(input.isTraining() && k == 1 && norm.isConstantForOne() && experts > 1),
        "k must be above 1 when training with normalized weights, since k = 1 gives the router"
            + " no gradient, but was %d",
        k);
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
}
