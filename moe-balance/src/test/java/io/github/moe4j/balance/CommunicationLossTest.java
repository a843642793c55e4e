package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.dP;
import static io.github.moe4j.balance.FourTokens.decision;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

/**
 * By hand: {@link FourTokens}, experts 0 and 1 on device 0, expert 2 on device 1. All four tokens are
 * sent to device 0, token 1 to device 1 too.
 */
class CommunicationLossTest {
  private static final ExpertPlacement PLACEMENT = ExpertPlacement.of(0, 0, 1);

  @Test
  void evaluate_unevenDevices_handWorked() {
    // M = 2: f'' = 2/(2·4)·(4, 1) = 1, 1/4; P' = 25/32, 7/32: 100/128 + 7/128
    CommunicationLoss two = CommunicationLoss.of(1, PLACEMENT, 2);
    assertEquals(107 / 128.0, two.evaluate(decision()).value(), 1e-14);
    // M = 1: twice as much
    CommunicationLoss one = CommunicationLoss.of(1, PLACEMENT, 1);
    assertEquals(107 / 64.0, one.evaluate(decision()).value(), 1e-14);
  }

  @Test
  void evaluate_gradient_handWorked() {
    // dP of every token = coefficient · f'' of the expert's device / T = 2 · (1, 1, 1/4)/4
    double[] row = {0.5, 0.5, 0.125};
    double[] dP = dP(CommunicationLoss.of(2, PLACEMENT, 2).evaluate(decision()));
    assertEquals(12, dP.length);
    for (int i = 0; i < 12; i++) {
      assertEquals(row[i % 3], dP[i], 1e-15);
    }
  }

  @Test
  void evaluate_sequences_meanOfTheirLosses() {
    // tokens 0, 1: f'' = 2/(2·2)·(2, 1) = 1, 1/2; P'' = 3/4, 1/4: 7/8
    // tokens 2, 3: f'' = 2/(2·2)·(2, 0) = 1, 0; P'' = 13/16, 3/16: 13/16; mean 27/32
    CommunicationLoss loss = CommunicationLoss.of(1, PLACEMENT, 2);
    assertEquals(27 / 32.0, loss.evaluate(decision(TokenMask.none(4), 2)).value(), 1e-14);
    TokenMask lastTwo = TokenMask.of(false, false, true, true);
    assertEquals(13 / 16.0, loss.evaluate(decision(lastTwo, 2)).value(), 1e-14);
  }

  @Test
  void evaluate_severalExpertsOfOneDevice_tokenCountsOnce() {
    // one token, even probabilities, D = 2, M = 1: f'' = 2·(tokens on the device), P'' = 1/2, 1/2
    CommunicationLoss loss = CommunicationLoss.of(1, ExpertPlacement.even(4, 2), 1);
    double[] even = {1, 1, 1, 1};
    TokenMask all = TokenMask.none(1);
    int[][] sameDevice = {{1, 0}};
    int[][] bothDevices = {{0, 3}};
    int[][] everyExpert = {{0, 3, 1, 2}};
    assertEquals(
        1, loss.evaluate(FourTokens.withRatios(even, 4, sameDevice, all, 1)).value(), 1e-15);
    assertEquals(
        2, loss.evaluate(FourTokens.withRatios(even, 4, bothDevices, all, 1)).value(), 1e-15);
    assertEquals(
        2, loss.evaluate(FourTokens.withRatios(even, 4, everyExpert, all, 1)).value(), 1e-15);
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertRefused(
        "maxDevices must be in [1, 2] but was 3", () -> CommunicationLoss.of(1, PLACEMENT, 3));
    assertRefused(
        "maxDevices must be in [1, 2] but was 0", () -> CommunicationLoss.of(1, PLACEMENT, 0));
    assertRefused(
        "placement and decision differ in experts: 4 != 3",
        () -> CommunicationLoss.of(1, ExpertPlacement.even(4, 2), 1).evaluate(decision()));
    assertRefused(
        "communication loss needs router probabilities but the router has none",
        () -> CommunicationLoss.of(1, PLACEMENT, 1).evaluate(FourTokens.withoutScores()));
  }
}
