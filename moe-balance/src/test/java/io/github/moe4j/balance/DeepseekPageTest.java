package io.github.moe4j.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

/** The example of the page on DeepSeek's losses: two tokens, four experts on two devices. */
class DeepseekPageTest {
  private static final ExpertPlacement PLACEMENT = ExpertPlacement.even(4, 2);

  /** p = .4, .3, .2, .1 and .4, .1, .3, .2. */
  private static RouterDecision decision(int[] first, int[] second) {
    return FourTokens.withRatios(
        new double[] {4, 3, 2, 1, 4, 1, 3, 2},
        4,
        new int[][] {first, second},
        TokenMask.none(2),
        2);
  }

  @Test
  void evaluate_bestScoresChosen_valuesOfThePage() {
    RouterDecision decision = decision(new int[] {0, 1}, new int[] {0, 2});
    // P = .4, .2, .25, .15; f = 2, 1, 1, 0
    assertEquals(1.25, SwitchLoss.perSequence(1).evaluate(decision).value(), 1e-14);
    // f' = 1.5, .5; P' = .6, .4
    assertEquals(1.1, DeviceLoss.of(1, PLACEMENT).evaluate(decision).value(), 1e-14);
    // f'' = 1, .5
    assertEquals(0.8, CommunicationLoss.of(1, PLACEMENT, 2).evaluate(decision).value(), 1e-14);
    assertEquals(1.25, ComplementaryLoss.of(1, 2).evaluate(decision).value(), 1e-14);
  }

  @Test
  void evaluate_biasMovedChoices_onlyComplementarySeesScores() {
    RouterDecision decision = decision(new int[] {0, 1}, new int[] {2, 3});
    assertEquals(1, SwitchLoss.perSequence(1).evaluate(decision).value(), 1e-14);
    assertEquals(1.25, ComplementaryLoss.of(1, 2).evaluate(decision).value(), 1e-14);
  }
}
