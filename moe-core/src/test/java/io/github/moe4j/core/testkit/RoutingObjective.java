package io.github.moe4j.core.testkit;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import java.util.random.RandomGenerator;

/**
 * A smooth scalar of all that a router decides: {@code Σ weights·a + Σ logits·b + Σ
 * probabilities·c}, each sum where the decision has those numbers.
 */
public final class RoutingObjective {
  private final RoutingGradient gradient;

  private RoutingObjective(RoutingGradient gradient) {
    this.gradient = gradient;
  }

  /** Random factors a, b and c; b and c are zero for padding, as losses have it. */
  public static RoutingObjective random(RouterDecision decision, RandomGenerator random) {
    RoutingGradient gradient = RoutingGradient.ofWeights(
        RandomArrays.normal(random, decision.assignments().size()));
    if (decision.logits().isPresent()) {
      gradient = gradient.plus(RoutingGradient.ofLogits(factors(decision, random)));
    }
    if (decision.probabilities().isPresent()) {
      gradient = gradient.plus(RoutingGradient.ofProbabilities(factors(decision, random)));
    }
    return new RoutingObjective(gradient);
  }

  private static double[] factors(RouterDecision decision, RandomGenerator random) {
    double[] values = RandomArrays.normal(random, decision.tokens() * decision.experts());
    for (int i = 0; i < values.length; i++) {
      values[i] = decision.mask().valid(i / decision.experts()) ? values[i] : 0;
    }
    return values;
  }

  /** Its gradient with respect to the decision: the factors themselves. */
  public RoutingGradient gradient() {
    return gradient;
  }

  /** Its value for a decision of the same tokens, experts and choices. */
  public double value(RouterDecision decision) {
    double sum = GradientCheck.weightedSum(
        decision.assignments().weights(), gradient.weights().orElseThrow());
    if (gradient.logits().isPresent()) {
      double[] logits = decision.requireLogits("the objective").toArray();
      sum += GradientCheck.weightedSum(logits, gradient.logits().get());
    }
    if (gradient.probabilities().isPresent()) {
      double[] p = decision.requireProbabilities("the objective").toArray();
      sum += GradientCheck.weightedSum(p, gradient.probabilities().get());
    }
    return sum;
  }
}
