package io.github.moe4j.routing;

import io.github.moe4j.core.internal.Require;

/**
 * How the scores of a token's chosen experts become weights: {@code w_i = s_i/(max(‖s‖_power, floor) +
 * epsilon)}, or {@code s_i} as it is if {@code power} is 0.
 *
 * <p>A floor guards against division by zero like an epsilon, but leaves weights exact while the norm is
 * at least the floor; below it they are {@code s_i/floor}, which do not sum to 1, and no gradient flows
 * through the norm.
 *
 * @param power of the norm; 1 is the sum, 0 means no division
 * @param epsilon added to the norm, against division by zero
 * @param floor the least value of the norm, at least 0
 */
public record TopKNormalization(double power, double epsilon, double floor) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public TopKNormalization {
    Require.that(
        power == 0 || (power >= 1 && Double.isFinite(power)),
        "power of the weight norm must be 0 or at least 1 but was %s",
        power);
    Require.that(
        epsilon >= 0 && Double.isFinite(epsilon),
        "epsilon of the weight norm must be at least 0 but was %s",
        epsilon);
    Require.that(
        floor >= 0 && Double.isFinite(floor),
        "floor of the weight norm must be at least 0 but was %s",
        floor);
  }

  /** A norm plus an epsilon, without floor. */
  public TopKNormalization(double power, double epsilon) {
    this(power, epsilon, 0);
  }

  /** Scores as they are (OLMoE, Qwen2-MoE, DeepSeek-V2). */
  public static TopKNormalization none() {
    return new TopKNormalization(0, 0);
  }

  /** Divided by their sum (Mixtral, DeepSeek-V3). */
  public static TopKNormalization sum() {
    return new TopKNormalization(1, 0);
  }

  /**
   * Divided by their sum plus an epsilon: 1e-20 in Megatron-LM, torchtitan and the DeepSeek family of
   * Hugging Face, 1e-6 in its LFM2-MoE.
   */
  public static TopKNormalization sum(double epsilon) {
    return new TopKNormalization(1, epsilon);
  }

  /**
   * Divided by their sum, or by a floor if that is larger (Ernie 4.5, {@code moe_norm_min}, 1e-12 as
   * published).
   *
   * @throws IllegalArgumentException if the floor is negative or not finite
   */
  public static TopKNormalization sumAtLeast(double floor) {
    return new TopKNormalization(1, 0, floor);
  }

  /**
   * Divided by their p-norm (MegaBlocks and DBRX, {@code moe_normalize_expert_weights}).
   *
   * @throws IllegalArgumentException if p is below 1
   */
  public static TopKNormalization norm(double p) {
    Require.that(p >= 1, "p must be at least 1 but was %s", p);
    return new TopKNormalization(p, 0);
  }

  /** Whether one chosen expert alone always has weight 1, up to epsilon: no gradient reaches it. */
  boolean isConstantForOne() {
    return power > 0;
  }

  /**
   * Normalizes {@code scores[from … to)}, at least 0.
   *
   * @param weights receives the result at the same places. Modified; may be {@code scores}.
   */
  void apply(double[] scores, int from, int to, double[] weights) {
    double divisor = power == 0 ? 1 : Math.max(norm(scores, from, to), floor) + epsilon;
    for (int i = from; i < to; i++) {
      weights[i] = divisor == 0 ? 0 : scores[i] / divisor;
    }
  }

  /**
   * Pulls a gradient of the weights back to the scores.
   *
   * @param dWeights gradient at {@code [from, to)}. Not modified.
   * @param dScores receives the result at the same places. Modified: overwritten.
   */
  void backward(double[] scores, int from, int to, double[] dWeights, double[] dScores) {
    if (power == 0) {
      System.arraycopy(dWeights, from, dScores, from, to - from);
      return;
    }
    double norm = norm(scores, from, to);
    double divisor = Math.max(norm, floor) + epsilon;
    double dot = 0;
    for (int i = from; i < to && norm >= floor; i++) {
      dot += dWeights[i] * scores[i];
    }
    for (int i = from; i < to; i++) {
      double slope = power == 1 || norm == 0 ? 1 : StrictMath.pow(scores[i] / norm, power - 1);
      dScores[i] = divisor == 0 || (norm == 0 && floor == 0)
          ? 0
          : (dWeights[i] - dot / divisor * slope) / divisor;
    }
  }

  private double norm(double[] scores, int from, int to) {
    double sum = 0;
    double largest = 0;
    for (int i = from; i < to; i++) {
      sum += scores[i];
      largest = Math.max(largest, scores[i]);
    }
    return power == 1 || largest == 0 ? sum : norm(scores, from, to, largest);
  }

  /** In units of the largest score: the powers of all scores might underflow. */
  private double norm(double[] scores, int from, int to, double largest) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += StrictMath.pow(scores[i] / largest, power);
    }
    return largest * StrictMath.pow(sum, 1 / power);
  }
}
