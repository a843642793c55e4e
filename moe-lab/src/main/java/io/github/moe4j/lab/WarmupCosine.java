package io.github.moe4j.lab;

import org.nd4j.linalg.schedule.ISchedule;

/**
 * A learning rate that rises linearly over the first twentieth of the steps, at most 100, and then
 * falls along half a cosine to a twentieth of its peak.
 *
 * @param peak highest learning rate
 * @param steps steps of the whole run
 */
record WarmupCosine(double peak, int steps) implements ISchedule {
  private static final double FLOOR = 0.05;

  @Override
  public double valueAt(int iteration, int epoch) {
    int warmup = Math.max(1, Math.min(100, steps / 20));
    double cosine = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, (double) iteration / steps)));
    return peak * Math.min(1, (iteration + 1.0) / warmup) * (FLOOR + (1 - FLOOR) * cosine);
  }

  @Override
  public WarmupCosine clone() {
    return this;
  }
}
