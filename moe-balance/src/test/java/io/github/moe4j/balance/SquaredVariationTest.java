package io.github.moe4j.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SquaredVariationTest {
  @Test
  void of_largeMean_varianceOfTheDeviations() {
    // mean 1e16 + 2, deviations ±2; above 2^53 the mean of their squares less that of the mean
    // loses it all
    double[] values = {1e16, 1e16 + 4};
    double mean = 1e16 + 2;
    assertEquals(
        4 / (mean * mean),
        SquaredVariation.of(values, VarianceEstimator.POPULATION).value(),
        1e-45);
    assertEquals(
        8 / (mean * mean),
        SquaredVariation.of(values, VarianceEstimator.UNBIASED).value(),
        1e-45);
  }
}
