package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gradient of a scalar with respect to a router's decision: weights [N], logits [T·E] and
 * probabilities [T·E], each absent where it is zero. Immutable.
 */
public final class RoutingGradient {
  private static final RoutingGradient NONE = new RoutingGradient(null, null, null);

  private final double @Nullable [] weights;
  private final double @Nullable [] logits;
  private final double @Nullable [] probabilities;

  private RoutingGradient(
      double @Nullable [] weights, double @Nullable [] logits, double @Nullable [] probabilities) {
    this.weights = weights;
    this.logits = logits;
    this.probabilities = probabilities;
  }

  /** The gradient that is zero everywhere. */
  public static RoutingGradient none() {
    return NONE;
  }

  /** A gradient of the weights of the N assignments. Not modified. */
  public static RoutingGradient ofWeights(double[] weights) {
    return new RoutingGradient(weights.clone(), null, null);
  }

  /** A gradient of the logits, row-major [T·E]. Not modified. */
  public static RoutingGradient ofLogits(double[] logits) {
    return new RoutingGradient(null, logits.clone(), null);
  }

  /** A gradient of the probabilities, row-major [T·E]. Not modified. */
  public static RoutingGradient ofProbabilities(double[] probabilities) {
    return new RoutingGradient(null, null, probabilities.clone());
  }

  /** The sum of this gradient and another of the same decision. */
  public RoutingGradient plus(RoutingGradient other) {
    return new RoutingGradient(
        sum("weights", weights, other.weights),
        sum("logits", logits, other.logits),
        sum("probabilities", probabilities, other.probabilities));
  }

  /** This gradient times a factor. */
  public RoutingGradient times(double factor) {
    return new RoutingGradient(
        scaled(weights, factor), scaled(logits, factor), scaled(probabilities, factor));
  }

  /** Gradient of the weights [N], if there is one. */
  public Optional<double[]> weights() {
    return Optional.ofNullable(weights).map(double[]::clone);
  }

  /** Gradient of the logits [T·E], if there is one. */
  public Optional<double[]> logits() {
    return Optional.ofNullable(logits).map(double[]::clone);
  }

  /** Gradient of the probabilities [T·E], if there is one. */
  public Optional<double[]> probabilities() {
    return Optional.ofNullable(probabilities).map(double[]::clone);
  }

  /** Throws unless the lengths are those of a decision. */
  void requireFits(RouterDecision decision) {
    int scores = TokenScores.size(decision.tokens(), decision.experts());
    requireLength("weights", weights, decision.assignments().size());
    requireLength("logits", logits, scores);
    requireLength("probabilities", probabilities, scores);
    Require.that(
        logits == null || decision.logits().isPresent(),
        "gradient of logits given but the router has none");
    Require.that(
        probabilities == null || decision.probabilities().isPresent(),
        "gradient of probabilities given but the router has none");
  }

  private static void requireLength(String name, double @Nullable [] values, int expected) {
    if (values != null) {
      Require.that(
          values.length == expected,
          "gradient of %s must have length %d but has %d",
          name,
          expected,
          values.length);
    }
  }

  private static double @Nullable [] sum(
      String name, double @Nullable [] a, double @Nullable [] b) {
    if (a == null) {
      return b;
    }
    if (b == null) {
      return a;
    }
    requireLength(name, b, a.length);
    double[] result = a.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += b[i];
    }
    return result;
  }

  private static double @Nullable [] scaled(double @Nullable [] values, double factor) {
    if (values == null) {
      return null;
    }
    double[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] *= factor;
    }
    return result;
  }
}
