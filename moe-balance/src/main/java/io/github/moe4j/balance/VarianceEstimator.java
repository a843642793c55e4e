package io.github.moe4j.balance;

/** The variance over the E experts in a coefficient of variation. */
public enum VarianceEstimator {
  /** {@code Σ(v − mean)²/E} (tensor2tensor {@code cv_squared}, V-MoE). */
  POPULATION,
  /**
   * {@code Σ(v − mean)²/(E − 1)}, 0 for one expert (PyTorch's default, so davidmrau's
   * mixture-of-experts, FastMoE and Tutel). It is E/(E − 1) times the other.
   */
  UNBIASED
}
