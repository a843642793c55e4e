package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;

/**
 * Switch routing: each token goes to its best expert, weighted by that expert's probability (Fedus
 * et al. 2021, arXiv 2101.03961, equations 1 and 2 with k = 1; {@code SwitchTransformersTop1Router}
 * in Hugging Face).
 *
 * <p>{@code p = softmax(logits)}, {@code e = argmax p}, weight {@code p_e}, not renormalized: so
 * the output's gradient reaches the router. At perfect balance every expert gets T/E tokens. Ties
 * go to the lowest index. Meant to be used with a capacity rule and the Switch loss.
 */
public record Switch() implements RoutingRule {
  private static final TopK TOP_1 = TopK.unnormalized(1);

  /** The rule, which has no options. */
  public static Switch of() {
    return new Switch();
  }

  @Override
  public void requireFits(int experts) {
    Require.positive("experts", experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    return TOP_1.apply(logits, input);
  }
}
