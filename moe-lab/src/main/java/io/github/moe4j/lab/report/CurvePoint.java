package io.github.moe4j.lab.report;

/**
 * The loss at one step of training. NaN where it was not measured.
 *
 * @param step the training step
 * @param trainLoss loss of the steps since the point before
 * @param validationLoss loss on held-out data
 */
public record CurvePoint(int step, double trainLoss, double validationLoss) {

  /** Validates. */
  public CurvePoint {
    Checks.notNegative("step", step);
  }
}
