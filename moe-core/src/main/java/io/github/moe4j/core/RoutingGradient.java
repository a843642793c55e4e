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
 *
 * <p>A gradient computed by a loss is bound to its decision, and so are its multiples and sums:
 * {@link MoePass#addBalance} rejects it for any other. Gradients from the factories here are not bound.
 */
public final class RoutingGradient {
  private static final RoutingGradient NONE =
      new RoutingGradient(null, new EnumMap<>(Kind.class), null);

  private final double @Nullable [] weights;
  private final EnumMap<Kind, double[]> scores;
  private final @Nullable RouterDecision decision;

  private RoutingGradient(
      double @Nullable [] weights,
      EnumMap<Kind, double[]> scores,
      @Nullable RouterDecision decision) {
    this.weights = weights;
    this.scores = scores;
    this.decision = decision;
  }

  /** The gradient that is zero everywhere. */
  public static RoutingGradient none() {
    return NONE;
  }

  /** A gradient of the weights of the N assignments. Not modified. */
  public static RoutingGradient ofWeights(double[] weights) {
    return new RoutingGradient(weights.clone(), NONE.scores, null);
  }

  /** A gradient of one kind of scores, row-major [T·E]. Not modified. */
  public static RoutingGradient of(Kind kind, double[] values) {
    EnumMap<Kind, double[]> scores = new EnumMap<>(Kind.class);
    scores.put(kind, values.clone());
    return new RoutingGradient(null, scores, null);
  }

  /** A gradient of the logits, row-major [T·E]. Not modified. */
  public static RoutingGradient ofLogits(double[] logits) {
    return of(Kind.LOGITS, logits);
  }

  /** A gradient of the probabilities, row-major [T·E]. Not modified. */
  public static RoutingGradient ofProbabilities(double[] probabilities) {
    return of(Kind.PROBABILITIES, probabilities);
  }

  /**
   * The same gradient, bound to the decision that it was computed from.
   *
   * @throws IllegalArgumentException if it does not have the decision's shape and kinds of scores, or is
   *     bound to another
   */
  public RoutingGradient boundTo(RouterDecision computedFrom) {
    requireOf(computedFrom, "the loss");
    return new RoutingGradient(weights, scores, computedFrom);
  }

  /**
   * The same gradient, bound to no decision: for a loss evaluated on a decision that was derived from
   * that of a pass, such as one with other assignments. The caller must ensure that it belongs to the pass.
   */
  public RoutingGradient unbound() {
    return new RoutingGradient(weights, scores, null);
  }

  /**
   * The sum of this gradient and another of the same decision.
   *
   * @throws IllegalArgumentException if both are bound, and not to the same decision
   */
  public RoutingGradient plus(RoutingGradient other) {
    RouterDecision mineOf = decision;
    RouterDecision theirsOf = other.decision;
    Require.that(
        mineOf == null || theirsOf == null || mineOf == theirsOf,
        "gradients must be of the same router decision but are of two, from losses of two passes");
    EnumMap<Kind, double[]> sums = new EnumMap<>(scores);
    other.scores.forEach(
        (kind, values) -> sums.merge(kind, values, (a, b) -> sum(kind.toString(), a, b)));
    double[] mine = weights;
    double[] theirs = other.weights;
    double[] both = mine == null ? theirs : theirs == null ? mine : sum("weights", mine, theirs);
    return new RoutingGradient(both, sums, mineOf == null ? theirsOf : mineOf);
  }

  /** This gradient times a factor. */
  public RoutingGradient times(double factor) {
    EnumMap<Kind, double[]> scaled = new EnumMap<>(Kind.class);
    scores.forEach((kind, values) -> scaled.put(kind, scaled(values, factor)));
    return new RoutingGradient(weights == null ? null : scaled(weights, factor), scaled, decision);
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
   *
   * @throws IllegalArgumentException if the gradient does not fit the decision
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
   *
   * @throws IllegalArgumentException if the gradient does not fit the decision
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

  /**
   * Checks that a decision has all kinds of scores of this gradient, with their lengths.
   *
   * @throws IllegalArgumentException if a length differs, or the decision lacks a kind of scores
   */
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

  /**
   * Throws unless this is a gradient of that very decision, or bound to none and of its shape.
   *
   * @param owner whose decision it is, for the error
   */
  void requireOf(RouterDecision wanted, String owner) {
    RouterDecision mine = decision;
    if (mine != null && mine != wanted) {
      throw new IllegalArgumentException("the gradient must be that of the decision that " + owner
          + " made in this pass but is that of another one: evaluate the loss on its decision()");
    }
    requireFits(wanted);
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
