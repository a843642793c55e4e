package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LearningRateTest {
  @Test
  void cosine_withWarmup_risesThenFallsToTheFloor() {
    LearningRate rate = LearningRate.cosine(1, 0.2, 8).withWarmup(4);
    assertEquals(0.25, rate.at(0));
    assertEquals(1, rate.at(3));
    assertEquals(1, rate.at(4));
    assertEquals(0.6, rate.at(8), 1e-15);
    assertEquals(0.2, rate.at(12), 1e-15);
    assertEquals(0.2, rate.at(1000), 1e-15);
  }

  @Test
  void steps_everyInterval_multiplies() {
    LearningRate rate = LearningRate.steps(0.8, 0.5, 10);
    assertEquals(0.8, rate.at(9));
    assertEquals(0.4, rate.at(10));
    assertEquals(0.2, rate.at(25));
  }

  @Test
  void epochs_advance() {
    LearningRate rate = LearningRate.epochs(7, epoch -> 1.0 / (1 + epoch));
    assertEquals(1, rate.at(6));
    assertEquals(0.5, rate.at(7));
    assertEquals(0.25, rate.at(21));
  }

  @Test
  void cosine_ofPeakAtTheFloor_isConstant() {
    LearningRate rate = LearningRate.cosine(0.1, 0.1, 4);
    assertEquals(0.1, rate.at(0));
    assertEquals(0.1, rate.at(2));
    assertEquals(0.1, rate.at(9));
  }

  @Test
  void withWarmup_ofNoSteps_isTheRateItself() {
    LearningRate rate = LearningRate.steps(0.8, 0.5, 1).withWarmup(0);
    assertEquals(0.8, rate.at(0));
    assertEquals(0.4, rate.at(1));
  }

  @Test
  void options_outOfRange_messageNamesThem() {
    LearningRate rate = LearningRate.constant(1);
    assertRefused(
        "rate must be finite and at least 0 but was -1.0", () -> LearningRate.constant(-1));
    assertRefused(
        "peak must be at least floor = 0.2 but was 0.1", () -> LearningRate.cosine(0.1, 0.2, 5));
    assertRefused(
        "peak must be finite but was Infinity",
        () -> LearningRate.cosine(Double.POSITIVE_INFINITY, 0.2, 5));
    assertRefused(
        "peak must be at least floor = 0.2 but was NaN",
        () -> LearningRate.cosine(Double.NaN, 0.2, 5));
    assertRefused("steps must be above 0 but was 0", () -> LearningRate.cosine(0.1, 0, 0));
    assertRefused("interval must be above 0 but was 0", () -> LearningRate.steps(0.1, 0.5, 0));
    assertRefused("stepsPerEpoch must be above 0 but was 0", () -> LearningRate.epochs(0, rate));
    assertRefused("stepsPerEpoch must be above 0 but was -1", () -> LearningRate.epochs(-1, rate));
    assertRefused("warmup must be at least 0 but was -1", () -> rate.withWarmup(-1));
  }

  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
