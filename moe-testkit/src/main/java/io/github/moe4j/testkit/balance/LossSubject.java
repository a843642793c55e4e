package io.github.moe4j.testkit.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.testkit.Decisions;

/** What the checks of {@link LossContract} share: decisions, and the gradient of their logits. */
record LossSubject(LossContract contract) {
  static final int EXPERTS = 4;

  RouterDecision topK(double[] logits, int experts, int k, TokenMask mask) {
    return contract.prepare(Decisions.topK(logits, experts, k, mask));
  }

  RouterDecision topK(double[] logits, int experts, int k, TokenMask mask, int length) {
    return contract.prepare(Decisions.topK(logits, experts, k, mask, length));
  }

  /**
   * The gradient of the logits behind a decision, through the softmax for probabilities and for what
   * equals them up to a constant: weights and, as {@link LossContract#prepare} may add them, selection
   * probabilities and margins.
   */
  static double[] dLogits(RouterDecision decision, RoutingGradient gradient) {
    int scores = decision.tokens() * decision.experts();
    double[] dLogits = gradient.logits().orElseGet(() -> new double[scores]);
    double[] dP = gradient.orZero(Kind.PROBABILITIES, decision);
    double[] dSelection = gradient.orZero(Kind.SELECTION, decision);
    double[] dMargins = gradient.orZero(Kind.MARGINS, decision);
    double[] dWeights = gradient.weightsOrZero(decision);
    assertEquals(scores, dLogits.length);
    assertEquals(scores, dP.length);
    for (int i = 0; i < scores; i++) {
      dP[i] += dSelection[i] + dMargins[i];
    }
    Assignments made = decision.assignments();
    for (int n = 0; n < made.size(); n++) {
      dP[made.token(n) * decision.experts() + made.expert(n)] += dWeights[n];
    }
    decision.requireProbabilities("test").softmaxBackward(dP, dLogits);
    return dLogits;
  }
}
