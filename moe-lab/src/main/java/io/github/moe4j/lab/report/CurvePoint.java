package io.github.moe4j.lab.report;

/**
 * The loss at one step of training. NaN where it was not measured.
 *
 * @param step the training step
 * @param trainBitsPerByte cross-entropy on the text just trained on, log₂
 * @param validationBitsPerByte cross-entropy on held-out text, log₂
 */
public record CurvePoint(int step, double trainBitsPerByte, double validationBitsPerByte) {

  /** Validates. */
  public CurvePoint {
    Checks.notNegative("step", step);
    Checks.notNegative("trainBitsPerByte", trainBitsPerByte);
    Checks.notNegative("validationBitsPerByte", validationBitsPerByte);
  }
}
