package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;

/**
 * Hash routing with learned weights: a fixed table chooses the experts, a gate weighs them (Roller et
 * al. 2021, arXiv 2106.04426, for the table; MaxText's {@code RoutedMoE} gathers the weights of
 * experts that its token ids look up from the scores).
 *
 * <p>A token goes to the experts of its key; the weights are those of {@code weights} for these
 * experts ({@link TopK#weigh}), and so are the gradients and what balance losses read. The choice
 * carries no gradient; with k = 1 and normalized weights, none reaches the gate, and training with
 * them is rejected. At perfect balance every expert gets {@code K·T/E} tokens, which depends only on the table
 * and the text. No randomness.
 *
 * @param table experts of each key
 * @param key key of a token in the table
 * @param weights how chosen experts are weighed; as many choices as the table has
 */
public record HashRule(ExpertTable table, HashKey key, TopK weights) implements RoutingRule {
  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public HashRule {
    Require.that(
        weights.k() == table.choices(),
        "k of the weights must be that of the table, %d, but was %d",
        table.choices(),
        weights.k());
  }

  /** Experts of each key, weighed by the scores. */
  public static HashRule of(ExpertTable table, HashKey key, TopK weights) {
    return new HashRule(table, key, weights);
  }

  @Override
  public void requireFits(int experts) {
    Require.that(
        table.experts() == experts,
        "experts of the table must be E = %d but were %d",
        experts,
        table.experts());
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    requireFits(logits.experts());
    return weights.weigh(logits, input, table.choose(input, key));
  }
}
