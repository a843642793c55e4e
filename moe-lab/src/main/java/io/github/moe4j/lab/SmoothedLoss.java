package io.github.moe4j.lab;

/**
 * An exponential moving average of the losses of batches, for the progress line: single batches differ by more
 * than a model learns in many steps. Σ dᵗ⁻ⁱ·xᵢ / Σ dᵗ⁻ⁱ with d = 0.95, so the first values are not biased towards 0.
 */
final class SmoothedLoss {
  private static final double DECAY = 0.95;

  private double sum;
  private double weights;

  /** Adds a loss and returns the average with it. */
  double add(double loss) {
    sum = DECAY * sum + loss;
    weights = DECAY * weights + 1;
    return sum / weights;
  }
}
