package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ExpertBiasTest {
  @Test
  void zeros_someExperts_zeroForEach() {
    assertSameBits("zeros", new double[3], ExpertBias.zeros(3).values());
    assertEquals(3, ExpertBias.zeros(3).experts());
  }

  @Test
  void values_arraysInAndOut_copied() {
    double[] given = {1, 2};
    ExpertBias bias = ExpertBias.of(given);
    given[0] = 9;
    bias.values()[1] = 9;
    assertSameBits("as given", new double[] {1, 2}, bias.values());
    double[] next = {3, 4};
    bias.set(next);
    next[0] = 9;
    assertSameBits("as set", new double[] {3, 4}, bias.values());
  }

  @Test
  void addTo_severalTokens_eachExpertGetsItsNumber() {
    // (1, 2, 3) + (.5, −2, 0), (4, 5, 6) + the same; all exact
    double[] scores = {1, 2, 3, 4, 5, 6};
    ExpertBias bias = ExpertBias.of(.5, -2, 0);
    assertSame(scores, bias.addTo(scores));
    assertSameBits("scores", new double[] {1.5, 0, 3, 4.5, 3, 6}, scores);
    assertSameBits("bias", new double[] {.5, -2, 0}, bias.values());
  }

  @Test
  void addTo_noTokens_nothing() {
    assertEquals(0, ExpertBias.of(1, 2).addTo(new double[0]).length);
  }

  @Test
  void addTo_nan_staysInItsPlace() {
    double nan = Double.NaN;
    double[] scores = {nan, nan, 1, 2};
    assertSameBits("scores", new double[] {nan, nan, 2, 4}, ExpertBias.of(1, 2).addTo(scores));
  }

  @Test
  void addTo_replacedBetween_readsTheNewNumbers() {
    ExpertBias bias = ExpertBias.zeros(2);
    bias.set(1, -1);
    assertSameBits("scores", new double[] {1, -1}, bias.addTo(new double[2]));
  }

  @Test
  void requireExperts_sameNumber_passes() {
    assertDoesNotThrow(() -> ExpertBias.zeros(4).requireExperts(4));
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValueAndNothingChanges() {
    ExpertBias bias = ExpertBias.of(1, 2, 3);
    assertMessage("selection bias must have length E = 4 but has 3", () -> bias.requireExperts(4));
    double[] scores = new double[4];
    assertMessage("scores must be of E = 3 numbers per token but are 4", () -> bias.addTo(scores));
    assertSameBits("scores", new double[4], scores);
    assertMessage("selection bias must have length E = 3 but has 2", () -> bias.set(1, 2));
    assertMessage(
        "selection bias must be finite but expert 1 has NaN", () -> bias.set(4, Double.NaN, 6));
    assertMessage(
        "selection bias must be finite but expert 0 has Infinity",
        () -> ExpertBias.of(Double.POSITIVE_INFINITY));
    assertMessage("experts must be at least 1 but was 0", () -> ExpertBias.zeros(0));
    assertMessage("experts must be at least 1 but was 0", ExpertBias::of);
    assertSameBits("bias", new double[] {1, 2, 3}, bias.values());
    assertEquals("[1.0, 2.0, 3.0]", bias.toString());
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
