package io.github.moe4j.testkit;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assertions;

/**
 * A smooth scalar function of a router's decision: {@code Σ (weights − weights₀)·a} and a sum
 * {@code Σ (scores − scores₀)·b} for each kind of scores that the decision has.
 *
 * <p>The subscript 0 denotes the decision that it is created from. There the scalar is 0, so that the rounding of a large
 * sum does not limit the differences of it.
 */
public final class RoutingObjective {
  private final RouterDecision start;
  private final RoutingGradient gradient;

  private RoutingObjective(RouterDecision start, RoutingGradient gradient) {
    this.start = start;
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
    return new RoutingObjective(decision, gradient);
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
        minus(decision.assignments().weights(), start.assignments().weights()),
        gradient.weights().orElseThrow());
    for (Kind kind : Kind.values()) {
      if (gradient.of(kind).isPresent()) {
        double[] change = minus(scores(decision, kind), scores(start, kind));
        sum += GradientCheck.weightedSum(change, gradient.of(kind).get());
      }
    }
    return sum;
  }

  private static double[] scores(RouterDecision decision, Kind kind) {
    return decision.scores(kind).orElseThrow().toArray();
  }

  private static double[] minus(double[] values, double[] start) {
    Assertions.assertEquals(start.length, values.length, "length of what was decided");
    double[] difference = new double[values.length];
    Arrays.setAll(difference, i -> values[i] - start[i]);
    return difference;
  }
}
