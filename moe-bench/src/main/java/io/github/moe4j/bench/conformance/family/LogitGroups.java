package io.github.moe4j.bench.conformance.family;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.SelectionBias;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.RuleResult;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.WeightNorm;

/**
 * Group-limited top-k that chooses by the raw logits, as Megatron-LM does where the softmax comes
 * after the choice: sums of logits and sums of probabilities order groups differently.
 *
 * @param topK how many experts, and their weights
 * @param groups which experts a token can reach
 */
record LogitGroups(TopK topK, ExpertGroups groups) implements RoutingRule {
  @Override
  public void requireFits(int experts) {
    chooser(new double[experts]).requireFits(experts);
  }

  @Override
  public RuleResult apply(Logits logits, MoeInput input) {
    if (groups.kept() == groups.groups()) {
      return topK.apply(logits, input);
    }
    int experts = logits.experts();
    TokenMask one = TokenMask.none(1);
    Logits equal = Logits.of(new double[experts], experts, one);
    int[] chosen = new int[topK.k() * input.mask().validTokens()];
    int n = 0;
    for (int t = 0; t < logits.tokens(); t++) {
      if (input.mask().valid(t)) {
        double[] row = new double[experts];
        for (int e = 0; e < experts; e++) {
          row[e] = logits.get(t, e);
        }
        RulePass ofToken = RulePass.of(chooser(row), equal, RulePass.inputOf(one));
        for (int i = 0; i < topK.k(); i++) {
          chosen[n++] = ofToken.assignments().expert(i);
        }
      }
    }
    return topK.weigh(logits, input, chosen);
  }

  /** Chooses for one token: its logits are the bias of scores that are all the same. */
  private DeepSeekV3 chooser(double[] row) {
    return new DeepSeekV3(
        new TopK(topK.k(), ScoreFunction.SIGMOID, WeightNorm.none(), 1),
        SelectionBias.of(row),
        groups);
  }
}
