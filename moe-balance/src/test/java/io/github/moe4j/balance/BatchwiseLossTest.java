package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.ThresholdMargins;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hand-worked: three tokens, the last of them padding, two experts. */
class BatchwiseLossTest {
  private static final TokenMask MASK = TokenMask.of(true, true, false);

  /** Token 0 was given to expert 0, token 1 to expert 1. */
  private static RouterDecision decision(double... margins) {
    Assignments made =
        Assignments.of(3, 2, new int[] {0, 1}, new int[] {0, 1}, new double[] {1, 1});
    return RouterDecision.of(made, MASK, 3, null, null).with(ThresholdMargins.of(margins, 2, MASK));
  }

  @Test
  void evaluate_masksDiffer_distanceOfWhatDiffers() {
    // token 0: expert 0 agrees, expert 1 above but not given: +0.2
    // token 1: expert 0 below and not given: agrees, expert 1 below but given: −(−0.3)
    LossValue value = BatchwiseLoss.of(10).evaluate(decision(0.5, 0.2, -0.1, -0.3, 0, 0));
    assertEquals(10 * (0.2 + 0.3), value.value(), 1e-14);
    assertNear(
        "dMargins",
        new double[] {0, 10, 0, -10, 0, 0},
        value.gradient().of(Kind.MARGINS).orElseThrow(),
        0);
  }

  @Test
  void evaluate_masksAgree_zero() {
    LossValue value = BatchwiseLoss.of(10).evaluate(decision(0.5, -0.2, -0.1, 0.3, 0, 0));
    assertEquals(0, value.value());
    assertAllZero("dMargins", value.gradient().of(Kind.MARGINS).orElseThrow());
  }

  @Test
  void evaluate_atTheThreshold_notAbove() {
    // token 0: expert 0 was given at its threshold, expert 1 was not
    LossValue value = BatchwiseLoss.of(10).evaluate(decision(0, 0, -0.1, 0.3, 0, 0));
    assertEquals(0, value.value());
    assertNear(
        "dMargins",
        new double[] {-10, 0, 0, 0, 0, 0},
        value.gradient().of(Kind.MARGINS).orElseThrow(),
        0);
  }

  @Test
  void evaluate_gradientStep_shrinksTheLoss() {
    double[] margins = {0.5, 0.2, -0.1, -0.3, 0, 0};
    LossValue before = BatchwiseLoss.of(1).evaluate(decision(margins));
    double[] slope = before.gradient().of(Kind.MARGINS).orElseThrow();
    for (int i = 0; i < margins.length; i++) {
      margins[i] -= 0.05 * slope[i];
    }
    assertTrue(BatchwiseLoss.of(1).evaluate(decision(margins)).value() < before.value());
  }

  @Test
  void evaluate_twoLayers_sumAndGradientEach() {
    RouterDecision layer = decision(0.5, 0.2, -0.1, -0.3, 0, 0);
    LossValue both = BatchwiseLoss.of(1).evaluate(List.of(layer, layer));
    assertEquals(1, both.value(), 1e-14);
    assertEquals(2, both.gradients().size());
  }

  @Test
  void evaluate_routerWithoutThresholds_saysWhatIsMissing() {
    Assignments none = Assignments.of(3, 2, new int[0], new int[0], new double[0]);
    RouterDecision plain = RouterDecision.of(none, MASK, 3, null, null);
    Exception error =
        assertThrows(IllegalArgumentException.class, () -> BatchwiseLoss.of(1).evaluate(plain));
    assertEquals(
        "batchwise loss needs router threshold margins but the router has none",
        error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> BatchwiseLoss.of(Double.NaN));
  }
}
