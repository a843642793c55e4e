package io.github.moe4j.balance.control;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Require;

/**
 * Controls how many experts a ReLU router uses, through the coefficient of its L1 penalty: after every
 * optimizer step it grows by a factor while too few weights are zero, and shrinks by the same
 * factor otherwise (Wang, Chen and Zhu 2024, ReMoE, arXiv 2412.14711, equation 8; {@code
 * moe_relu_l1_reg_coeff} in thu-ml/ReMoE).
 *
 * <p>{@code λ ← λ·factor} if {@code sparsity < 1 − k/E}, else {@code λ/factor}; the sparsity is the
 * share of weights that are 0 among those of all real tokens and experts that were observed since
 * the last step, those of all layers together. At exactly the target it shrinks, as in the code;
 * in the paper it stays.
 *
 * <p>It is the schedule of the penalty's coefficient, at any step: {@code
 * Balancer.builder().add(ReMoEL1.of(1, k), controller).controller(controller)}. It counts, so the
 * order of calls does not matter.
 *
 * <p>Its target is K experts per token, at perfect balance and at total collapse alike; the penalty balances them.
 * State: {@code experts} [1], {@code coefficient} [1], {@code positive} [1] and {@code weights} [1] since the last
 * step.
 */
public final class SparsityController implements CoefficientController {
  private static final double START = 1e-8;
  private static final double FACTOR = 1.2;

  private final int k;
  private final int experts;
  private final double factor;
  private double coefficient;
  private long positive;
  private long weights;

  /**
   * A controller.
   *
   * @param experts E
   * @param k target number of experts per token, 1 ≤ k ≤ E
   * @param start first coefficient, above 0
   * @param factor above 1
   * @throws IllegalArgumentException if an option is out of range
   */
  public SparsityController(int experts, int k, double start, double factor) {
    Require.positive("experts", experts);
    Require.that(k >= 1 && k <= experts, "k must be in [1, %d] but was %d", experts, k);
    Require.that(start > 0 && Double.isFinite(start), "start must be above 0 but was %s", start);
    Require.that(
        factor > 1 && Double.isFinite(factor), "factor must be above 1 but was %s", factor);
    this.experts = experts;
    this.k = k;
    this.coefficient = start;
    this.factor = factor;
  }

  /** The published controller: it starts at 1e-8 and multiplies or divides by 1.2. */
  public static SparsityController of(int experts, int k) {
    return new SparsityController(experts, k, START, FACTOR);
  }

  @Override
  public void requireFits(RouterDecision decision) {
    Require.that(
        decision.experts() == experts,
        "decision must be of E = %d but was of %d",
        experts,
        decision.experts());
  }

  @Override
  public synchronized void observe(RouterDecision decision) {
    requireFits(decision);
    Assignments made = decision.assignments();
    for (int n = 0; n < made.size(); n++) {
      positive += made.weight(n) > 0 ? 1 : 0;
    }
    weights += (long) decision.mask().validTokens() * experts;
  }

  /** Weights above 0, and all. */
  @Override
  public synchronized double[] observed() {
    return new double[] {positive, weights};
  }

  @Override
  public synchronized void replaceObserved(double[] ofAll) {
    Require.length("observations of all workers", ofAll, 2);
    positive = (long) ofAll[0];
    weights = (long) ofAll[1];
  }

  @Override
  public synchronized void step() {
    if (weights > 0) {
      boolean tooDense = sparsity() < 1 - (double) k / experts;
      double next = tooDense ? coefficient * factor : coefficient / factor;
      coefficient = Math.min(Double.MAX_VALUE, Math.max(Double.MIN_NORMAL, next));
    }
    positive = 0;
    weights = 0;
  }

  /** Share of weights that are 0 since the last step; NaN if nothing was observed. */
  public synchronized double sparsity() {
    return 1 - (double) positive / weights;
  }

  /** The current coefficient. */
  public synchronized double coefficient() {
    return coefficient;
  }

  /** The current coefficient, independent of the step. */
  @Override
  public double at(long step) {
    return coefficient();
  }

  @Override
  public synchronized void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint
        .longs(prefix + ".experts", experts)
        .doubles(prefix + ".coefficient", coefficient)
        .longs(prefix + ".positive", positive)
        .longs(prefix + ".weights", weights);
  }

  @Override
  public synchronized void restore(Checkpoint checkpoint, String prefix) {
    SavedState state = new SavedState(checkpoint, prefix);
    long expertsBefore = state.count("experts");
    Require.that(
        expertsBefore == experts,
        "%s.experts must be %d but was %d",
        prefix,
        experts,
        expertsBefore);
    double restored = state.finite("coefficient", 1)[0];
    Require.that(restored > 0, "%s.coefficient must be above 0 but was %s", prefix, restored);
    long some = state.count("positive");
    long all = state.count("weights");
    Require.that(
        some <= all, "%s.positive must be at most weights = %d but was %d", prefix, all, some);
    coefficient = restored;
    positive = some;
    weights = all;
  }
}
