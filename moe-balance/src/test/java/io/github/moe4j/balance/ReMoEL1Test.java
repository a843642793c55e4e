package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

/** Hand-worked: four tokens, the last of them padding, two experts. */
class ReMoEL1Test {
  private static RouterDecision decision() {
    Assignments made = Assignments.of(
        4, 2, new int[] {0, 0, 1, 2}, new int[] {0, 1, 0, 1}, new double[] {0.5, 2, 1.5, 0});
    return RouterDecision.of(made, TokenMask.of(true, true, true, false), 4, null, null);
  }

  @Test
  void evaluate_weightsTimesUse() {
    // expert 0: Σw = 2, n = 2; expert 1: Σw = 2, n = 1 (a weight of 0 is no use)
    // E/(T²·k) = 2/(9·1): 2/9·(4 + 2) = 12/9
    LossValue value = ReMoEL1.of(1, 1).evaluate(decision());
    assertEquals(12 / 9.0, value.value(), 1e-14);
    assertNear(
        "dWeights",
        new double[] {4 / 9.0, 2 / 9.0, 4 / 9.0, 2 / 9.0},
        value.gradient().weights().orElseThrow(),
        1e-14);
  }

  @Test
  void evaluate_largerK_smaller() {
    assertEquals(6 / 9.0, ReMoEL1.of(1, 2).evaluate(decision()).value(), 1e-14);
  }

  @Test
  void evaluate_balancedAtK_documentedValue() {
    // 2 experts per token of weight 3 each: k·w = 6
    Assignments made = Assignments.of(
        2, 2, new int[] {0, 0, 1, 1}, new int[] {0, 1, 0, 1}, new double[] {3, 3, 3, 3});
    RouterDecision balanced = RouterDecision.of(made, TokenMask.none(2), 2, null, null);
    assertEquals(6, ReMoEL1.of(1, 2).evaluate(balanced).value(), 1e-14);
  }

  @Test
  void loss_kNotPositive_throws() {
    assertThrows(IllegalArgumentException.class, () -> ReMoEL1.of(1, 0));
  }
}
