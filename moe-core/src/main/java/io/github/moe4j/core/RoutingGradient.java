package io.github.moe4j.core;

import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gradient of a scalar with respect to a router's decision: the weights [N] and each {@link Kind}
 * of scores [T·E], each absent where it is zero. Immutable.
 */
public final class RoutingGradient {
  private static final RoutingGradient NONE = new RoutingGradient(null, new EnumMap<>(Kind.class));

  private final double @Nullable [] weights;
  private final EnumMap<Kind, double[]> scores;

  private RoutingGradient(double @Nullable [] weights, EnumMap<Kind, double[]> scores) {
    this.weights = weights;
    this.scores = scores;
  }

  /** The gradient that is zero everywhere. */
  public static RoutingGradient none() {
    return NONE;
  }

  /** A gradient of the weights of the N assignments. Not modified. */
  public static RoutingGradient ofWeights(double[] weights) {
    return new RoutingGradient(weights.clone(), NONE.scores);
  }

  /** A gradient of one kind of scores, row-major [T·E]. Not modified. */
  public static RoutingGradient of(Kind kind, double[] values) {
    EnumMap<Kind, double[]> scores = new EnumMap<>(Kind.class);
    scores.put(kind, values.clone());
    return new RoutingGradient(null, scores);
  }

  /** A gradient of the logits, row-major [T·E]. Not modified. */
  public static RoutingGradient ofLogits(double[] logits) {
    return of(Kind.LOGITS, logits);
  }

  /** A gradient of the probabilities, row-major [T·E]. Not modified. */
  public static RoutingGradient ofProbabilities(double[] probabilities) {
    return of(Kind.PROBABILITIES, probabilities);
  }

  /** The sum of this gradient and another of the same decision. */
  public RoutingGradient plus(RoutingGradient other) {
    EnumMap<Kind, double[]> sums = new EnumMap<>(scores);
    other.scores.forEach(
        (kind, values) -> sums.merge(kind, values, (a, b) -> sum(kind.toString(), a, b)));
    double[] mine = weights;
    double[] theirs = other.weights;
    double[] both = mine == null ? theirs : theirs == null ? mine : sum("weights", mine, theirs);
    return new RoutingGradient(both, sums);
  }

  /** This gradient times a factor. */
  public RoutingGradient times(double factor) {
    EnumMap<Kind, double[]> scaled = new EnumMap<>(Kind.class);
    scores.forEach((kind, values) -> scaled.put(kind, scaled(values, factor)));
    return new RoutingGradient(weights == null ? null : scaled(weights, factor), scaled);
  }

  /** Gradient of the weights [N], if there is one. */
  public Optional<double[]> weights() {
    return Optional.ofNullable(weights).map(double[]::clone);
  }

  /** Gradient of one kind of scores [T·E], if there is one. */
  public Optional<double[]> of(Kind kind) {
    return Optional.ofNullable(scores.get(kind)).map(double[]::clone);
  }

  /** Gradient of the logits [T·E], if there is one. */
  public Optional<double[]> logits() {
    return of(Kind.LOGITS);
  }

  /** Gradient of the probabilities [T·E], if there is one. */
  public Optional<double[]> probabilities() {
    return of(Kind.PROBABILITIES);
  }

  /**
   * A new array with the gradient of the weights of a decision [N], zero where it is absent; an
   * error unless this gradient is one of that decision.
   */
  public double[] weightsOrZero(RouterDecision decision) {
    requireFits(decision);
    return weightsOrZero(decision.assignments().size());
  }

  /** A new array with the gradient of N weights, zero where it is absent. */
  public double[] weightsOrZero(int size) {
    return cloneOrZero("weights", weights, size);
  }

  /**
   * A new array with the gradient of one kind of scores [T·E], zero where it is absent; an error
   * unless this gradient is one of that decision.
   */
  public double[] orZero(Kind kind, RouterDecision decision) {
    requireFits(decision);
    return orZero(kind, TokenScores.size(decision.tokens(), decision.experts()));
  }

  /** A new array with the gradient of T·E scores of one kind, zero where it is absent. */
  public double[] orZero(Kind kind, int size) {
    return cloneOrZero(kind.toString(), scores.get(kind), size);
  }

  private static double[] cloneOrZero(String name, double @Nullable [] values, int size) {
    if (values == null) {
      return new double[size];
    }
    Require.length("gradient of " + name, values, size);
    return values.clone();
  }

  /** Throws unless a decision has all kinds of scores given here, and all lengths are its own. */
  public void requireFits(RouterDecision decision) {
    if (weights != null) {
      Require.length("gradient of weights", weights, decision.assignments().size());
    }
    int size = TokenScores.size(decision.tokens(), decision.experts());
    for (Map.Entry<Kind, double[]> entry : scores.entrySet()) {
      Require.length("gradient of " + entry.getKey(), entry.getValue(), size);
      Require.that(
          decision.scores(entry.getKey()).isPresent(),
          "gradient of %s given but the router has none",
          entry.getKey());
    }
  }

  private static double[] sum(String name, double[] a, double[] b) {
    Require.length("gradient of " + name, b, a.length);
    double[] result = a.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += b[i];
    }
    return result;
  }

  private static double[] scaled(double[] values, double factor) {
    double[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] *= factor;
    }
    return result;
  }
}
