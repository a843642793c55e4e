package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CoefficientScheduleTest {
  private static void assertValues(CoefficientSchedule schedule, double[] expected, long... steps) {
    for (int i = 0; i < steps.length; i++) {
      assertEquals(expected[i], schedule.at(steps[i]), 1e-15, "step " + steps[i]);
    }
  }

  @Test
  void constant_anyStep_same() {
    CoefficientSchedule schedule = CoefficientSchedule.constant(0.3);
    assertValues(schedule, new double[] {0.3, 0.3, 0.3}, 0, 7, Long.MAX_VALUE);
  }

  @Test
  void linearWarmup_startMiddleEndBeyond_straight() {
    CoefficientSchedule schedule = CoefficientSchedule.linearWarmup(0.8, 4);
    // 0.8 · step/4
    assertValues(
        schedule, new double[] {0, 0.2, 0.4, 0.6, 0.8, 0.8, 0.8}, 0, 1, 2, 3, 4, 5, Long.MAX_VALUE);
  }

  @Test
  void cosine_startMiddleEndBeyond_halfAWave() {
    CoefficientSchedule schedule = CoefficientSchedule.cosine(1, 0.2, 6);
    // 0.2 + 0.8·(1 + cos(π·step/6))/2, where cos = 1, 1/2, 0, −1/2, −1 at steps 0, 2, 3, 4, 6
    assertValues(
        schedule, new double[] {1, 0.8, 0.6, 0.4, 0.2, 0.2, 0.2}, 0, 2, 3, 4, 6, 7, Long.MAX_VALUE);
  }

  @Test
  void cosine_upwards_mirrored() {
    // 1 − (1 + cos)/2
    CoefficientSchedule schedule = CoefficientSchedule.cosine(0, 1, 6);
    assertValues(schedule, new double[] {0, 0.25, 0.5, 0.75, 1}, 0, 2, 3, 4, 6);
  }

  @Test
  void warmedUp_cosine_timesShareOfSteps() {
    CoefficientSchedule schedule = CoefficientSchedule.cosine(1, 0.2, 6).warmedUp(4);
    // 0 · 1, 1/2 · 0.8, 3/4 · 0.6, 1 · 0.4, then the cosine alone
    assertValues(schedule, new double[] {0, 0.4, 0.45, 0.4, 0.2, 0.2}, 0, 2, 3, 4, 6, 9);
  }

  @Test
  void warmedUp_ownSchedule_readAtTheStep() {
    CoefficientSchedule steps = step -> step;
    assertValues(steps.warmedUp(4), new double[] {0, 0.25, 1, 4, 5}, 0, 1, 2, 4, 5);
  }

  @Test
  void at_oneStep_endAtStepOne() {
    assertValues(CoefficientSchedule.linearWarmup(0.8, 1), new double[] {0, 0.8, 0.8}, 0, 1, 2);
    assertValues(CoefficientSchedule.cosine(1, 0.2, 1), new double[] {1, 0.2, 0.2}, 0, 1, 2);
  }

  @Test
  void equals_sameOptions_equalValues() {
    CoefficientSchedule warmup = CoefficientSchedule.linearWarmup(0.5, 3);
    assertEquals(warmup, CoefficientSchedule.constant(0.5).warmedUp(3));
    assertEquals(warmup.hashCode(), CoefficientSchedule.linearWarmup(0.5, 3).hashCode());
    assertEquals(CoefficientSchedule.cosine(1, 0, 9), CoefficientSchedule.cosine(1, 0, 9));
    assertNotEquals(warmup, CoefficientSchedule.linearWarmup(0.5, 4));
    assertNotEquals(CoefficientSchedule.constant(1), CoefficientSchedule.constant(2));
    assertNotEquals(CoefficientSchedule.cosine(1, 0, 9), CoefficientSchedule.cosine(0, 1, 9));
  }

  @Test
  void at_negativeStep_refused() {
    CoefficientSchedule unchecked = step -> 1;
    for (CoefficientSchedule schedule : List.of(
        unchecked.warmedUp(2),
        CoefficientSchedule.constant(1),
        CoefficientSchedule.linearWarmup(1, 5),
        CoefficientSchedule.cosine(1, 0, 5),
        CoefficientSchedule.cosine(1, 0, 5).warmedUp(2))) {
      assertRefused("step must be at least 0 but was -1", () -> schedule.at(-1));
    }
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertRefused(
        "coefficient must be finite and at least 0 but was NaN",
        () -> CoefficientSchedule.constant(Double.NaN));
    assertRefused(
        "coefficient must be finite and at least 0 but was Infinity",
        () -> CoefficientSchedule.linearWarmup(Double.POSITIVE_INFINITY, 1));
    assertRefused(
        "start must be finite and at least 0 but was NaN",
        () -> CoefficientSchedule.cosine(Double.NaN, 0, 1));
    assertRefused(
        "end must be finite and at least 0 but was NaN",
        () -> CoefficientSchedule.cosine(0, Double.NaN, 1));
    assertRefused(
        "steps must be at least 1 but was 0", () -> CoefficientSchedule.linearWarmup(1, 0));
    assertRefused(
        "steps must be at least 1 but was -2", () -> CoefficientSchedule.cosine(1, 0, -2));
    assertRefused(
        "steps must be at least 1 but was 0",
        () -> CoefficientSchedule.cosine(1, 0, 2).warmedUp(0));
  }
}
