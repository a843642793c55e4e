package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.dP;
import static io.github.moe4j.balance.FourTokens.decision;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** By hand: {@link FourTokens}, experts 0 and 1 on device 0, expert 2 on device 1. */
@ExtendWith(Seeds.class)
class DeviceLossTest {
  private static final ExpertPlacement PLACEMENT = ExpertPlacement.of(0, 0, 1);

  @Test
  void evaluate_unevenDevices_handWorked() {
    // f = 3·n/8 = 12/8, 9/8, 3/8; f' = 21/16, 3/8; P' = (2 + 9/8)/4, (7/8)/4 = 25/32, 7/32
    // 21/16·25/32 + 6/16·7/32 = (525 + 42)/512
    LossValue value = DeviceLoss.of(1, PLACEMENT).evaluate(decision());
    assertEquals(567 / 512.0, value.value(), 1e-14);
  }

  @Test
  void evaluate_gradient_handWorked() {
    // dP of every token = coefficient · f' of the expert's device / T = 2 · (21/16, 21/16, 6/16)/4
    double[] row = {21 / 32.0, 21 / 32.0, 6 / 32.0};
    double[] dP = dP(DeviceLoss.of(2, PLACEMENT).evaluate(decision()));
    assertEquals(12, dP.length);
    for (int i = 0; i < 12; i++) {
      assertEquals(row[i % 3], dP[i], 1e-15);
    }
  }

  @Test
  void evaluate_sequences_meanOfTheirLosses() {
    // tokens 0, 1: n = 2, 1, 1: f' = (6/4 + 3/4)/2, 3/4; P' = 3/4, 1/4: 27/32 + 6/32 = 33/32
    // tokens 2, 3: n = 2, 2, 0: f' = 3/2, 0; P' = 13/16, 3/16: 39/32
    DeviceLoss loss = DeviceLoss.of(1, PLACEMENT);
    assertEquals(72 / 64.0, loss.evaluate(decision(TokenMask.none(4), 2)).value(), 1e-14);
    TokenMask firstTwo = TokenMask.of(true, true, false, false);
    assertEquals(33 / 32.0, loss.evaluate(decision(firstTwo, 2)).value(), 1e-14);
  }

  @Test
  void evaluate_unevenInsideDevice_asGoodAsBalance() {
    // both tokens choose experts 0 and 2, never 1 and 3; p = 1/2, 0 | 1/2, 0 up to e^-60
    double[] logits = {60, 0, 60, 0, 60, 0, 60, 0};
    RouterDecision decision = Decisions.topK(logits, 4, 2, TokenMask.none(2));
    LossValue value = DeviceLoss.of(1, ExpertPlacement.even(4, 2)).evaluate(decision);
    assertEquals(1, value.value(), 1e-14);
    assertNear("gradient", new double[] {.5, .5, .5, .5, .5, .5, .5, .5}, dP(value), 1e-15);
    // the expert-level loss sees f = 2, 0, 2, 0
    assertEquals(2, SwitchLoss.perSequence(1).evaluate(decision).value(), 1e-14);
  }

  @Test
  void evaluate_tokensWithoutChoices_zero() {
    RouterDecision none = Decisions.chosen(new double[6], 3, new int[2][0], TokenMask.none(2), 2);
    LossValue value = DeviceLoss.of(1, PLACEMENT).evaluate(none);
    assertEquals(0, value.value());
    assertNear("gradient", new double[6], dP(value), 0);
  }

  @ParameterizedTest
  @EnumSource(LossScope.class)
  void evaluate_oneExpertADevice_switchLoss(LossScope pooling) {
    double[] logits = RandomArrays.normal(Seeds.random(1), 12 * 5);
    TokenMask mask = RandomArrays.mask(Seeds.random(2), 12);
    RouterDecision decision = Decisions.topK(logits, 5, 2, mask, 4);
    // which device is which does not matter
    ExpertPlacement alone = ExpertPlacement.of(3, 0, 4, 1, 2);
    LossValue expected = new SwitchLoss(0.3, Counting.PER_CHOICE, pooling).evaluate(decision);
    LossValue actual = new DeviceLoss(0.3, alone, pooling).evaluate(decision);
    assertEquals(expected.value(), actual.value(), 1e-15);
    assertNear("gradient", dP(expected), dP(actual), 1e-15);
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertRefused(
        "placement and decision differ in experts: 4 != 3",
        () -> DeviceLoss.of(1, ExpertPlacement.even(4, 2)).evaluate(decision()));
    assertRefused(
        "device loss needs router probabilities but the router has none",
        () -> DeviceLoss.of(1, PLACEMENT).evaluate(FourTokens.withoutScores()));
    assertRefused(
        "coefficient must be finite and at least 0 but was Infinity",
        () -> DeviceLoss.of(Double.POSITIVE_INFINITY, PLACEMENT));
  }
}
