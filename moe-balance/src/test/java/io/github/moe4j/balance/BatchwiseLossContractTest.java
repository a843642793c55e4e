package io.github.moe4j.balance;

import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.ThresholdMargins;
import io.github.moe4j.testkit.balance.LossContract;

/** Margins are the probabilities less 1/E. */
class BatchwiseLossContractTest extends LossContract {
  @Override
  protected BalanceLoss loss(double coefficient) {
    return BatchwiseLoss.of(coefficient);
  }

  @Override
  protected RouterDecision prepare(RouterDecision decision) {
    Probabilities p = decision.requireProbabilities("test");
    double[] margins = p.toArray();
    for (int i = 0; i < margins.length; i++) {
      margins[i] -= decision.mask().valid(i / decision.experts()) ? 1.0 / decision.experts() : 0;
    }
    return decision.with(ThresholdMargins.of(margins, decision.experts(), decision.mask()));
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    return 0; // every margin is
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // each of 12 tokens chooses expert 0, whose margin is positive, and K − 1 others, each at −1/E
    return 12.0 * (choices - 1) / experts;
  }
}
