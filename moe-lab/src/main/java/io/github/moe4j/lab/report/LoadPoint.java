package io.github.moe4j.lab.report;

/**
 * The load of the experts since the previous point.
 *
 * @param step the training step
 * @param shares [E] each expert's share of the kept assignments, 0 to 1. Copied.
 * @param routingEntropy mean entropy of the router's distribution in nats; NaN if it has none
 * @param droppedShare share of the assignments that the capacity rule dropped, 0 to 1
 */
public record LoadPoint(int step, double[] shares, double routingEntropy, double droppedShare) {

  /** Validates and copies. */
  public LoadPoint {
    Checks.notNegative("step", step);
    Checks.shares("shares", shares);
    Checks.notNegative("routingEntropy", routingEntropy);
    Checks.share("droppedShare", droppedShare);
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
