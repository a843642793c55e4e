package io.github.moe4j.core.testkit;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.random.RandomGenerator;

/**
 * A smooth scalar of all that a router decides: {@code Σ weights·a} and a sum {@code Σ scores·b} for
 * each kind of scores that the decision has.
 */
public final class RoutingObjective {
  private final RoutingGradient gradient;

  private RoutingObjective(RoutingGradient gradient) {
    this.gradient = gradient;
  }

  /** Random factors a and b; b is zero for padding, as losses have it. */
  public static RoutingObjective random(RouterDecision decision, RandomGenerator random) {
    RoutingGradient gradient = RoutingGradient.ofWeights(
        RandomArrays.normal(random, decision.assignments().size()));
    for (Kind kind : Kind.values()) {
      if (decision.scores(kind).isPresent()) {
        gradient = gradient.plus(RoutingGradient.of(kind, factors(decision, random)));
      }
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
    for (Kind kind : Kind.values()) {
      if (gradient.of(kind).isPresent()) {
        double[] values = decision.scores(kind).orElseThrow().toArray();
        sum += GradientCheck.weightedSum(values, gradient.of(kind).get());
      }
    }
    return sum;
  }
}
