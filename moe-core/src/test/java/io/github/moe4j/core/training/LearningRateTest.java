package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

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
  void options_outOfRange_areErrors() {
    assertThrows(IllegalArgumentException.class, () -> LearningRate.constant(-1));
    assertThrows(IllegalArgumentException.class, () -> LearningRate.cosine(0.1, 0.2, 5));
    assertThrows(IllegalArgumentException.class, () -> LearningRate.cosine(0.1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> LearningRate.steps(0.1, 0.5, 0));
    assertThrows(IllegalArgumentException.class, () -> LearningRate.constant(1).withWarmup(-1));
  }
}
