package io.github.moe4j.bench.lab.report;

/**
 * How the load spread over the experts at one step of training.
 *
 * @param step the training step
 * @param shares [E] each expert's share of the kept assignments, 0 to 1. Copied.
 */
public record LoadPoint(int step, double[] shares) {

  /** Validates and copies. */
  public LoadPoint {
    Checks.notNegative("step", step);
    Checks.shares("shares", shares);
    shares = shares.clone();
  }

  /**
   * Each expert's share of the kept assignments.
   *
   * @return [E] a copy
   */
  @Override
  public double[] shares() {
    return shares.clone();
  }
}
