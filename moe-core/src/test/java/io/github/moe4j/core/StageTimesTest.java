package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StageTimesTest {
  @Test
  void withParts_handWorked_dividesExpertsAndExchangeAnew() {
    StageTimes times = new StageTimes(1, 2, 3, 40, 10, 6, 50);
    // Of 40 + 10 + 50 = 100, 20 are exchange; of the other 80, a quarter is activation
    assertEquals(new StageTimes(1, 2, 3, 60, 20, 6, 20), times.withParts(20, 0.25));
    assertEquals(new StageTimes(1, 2, 3, 100, 0, 6, 0), times.withParts(0, 0));
    // Not more than there was
    assertEquals(new StageTimes(1, 2, 3, 0, 0, 6, 100), times.withParts(101, 0.25));
  }
}
