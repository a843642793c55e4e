package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.dP;
import static io.github.moe4j.balance.FourTokens.decision;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** By hand: {@link FourTokens}, whose token 1 has chosen expert 2 though expert 1 ties with it. */
@ExtendWith(Seeds.class)
class ComplementaryLossTest {
  @Test
  void evaluate_tiesToLowestIndex_handWorked() {
    // k = 2: experts 0 and 1 are the best of every token: f = 3/8·(4, 4, 0) = 3/2, 3/2, 0
    // P = 1/2, 9/32, 7/32: 3/2·25/32
    assertEquals(75 / 64.0, ComplementaryLoss.of(1, 2).evaluate(decision()).value(), 1e-14);
    // k = 1: f = 3/4·(3, 1, 0): 9/4·1/2 + 3/4·9/32 = (144 + 27)/128
    assertEquals(171 / 128.0, ComplementaryLoss.of(1, 1).evaluate(decision()).value(), 1e-14);
    // k = 3: every expert counts for every token, f = 1
    assertEquals(1, ComplementaryLoss.of(1, 3).evaluate(decision()).value(), 1e-14);
  }

  @Test
  void evaluate_gradient_handWorked() {
    // dP of every token = coefficient · f / T = 2 · (9/4, 3/4, 0)/4
    double[] row = {9 / 8.0, 3 / 8.0, 0};
    double[] dP = dP(ComplementaryLoss.of(2, 1).evaluate(decision()));
    assertEquals(12, dP.length);
    for (int i = 0; i < 12; i++) {
      assertEquals(row[i % 3], dP[i], 1e-15);
    }
  }

  @Test
  void evaluate_sequences_meanOfTheirLosses() {
    // k = 1; tokens 0, 1: f = 3, 0, 0; P_0 = 1/2: 3/2
    // tokens 2, 3: f = 3/2·(1, 1, 0); P = 1/2, 5/16: 3/2·13/16 = 39/32; mean (48 + 39)/64
    ComplementaryLoss loss = ComplementaryLoss.of(1, 1);
    assertEquals(87 / 64.0, loss.evaluate(decision(TokenMask.none(4), 2)).value(), 1e-14);
    TokenMask lastTwo = TokenMask.of(false, false, true, true);
    assertEquals(39 / 32.0, loss.evaluate(decision(lastTwo, 2)).value(), 1e-14);
  }

  @Test
  void evaluate_bestScoresChosen_sequenceWiseSwitchLoss() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 12 * 5);
    TokenMask mask = RandomArrays.mask(Seeds.random(2), 12);
    RouterDecision decision = Decisions.topK(logits, 5, 2, mask, 4);
    LossValue expected = SwitchLoss.perSequence(0.3).evaluate(decision);
    LossValue actual = ComplementaryLoss.of(0.3, 2).evaluate(decision);
    assertEquals(expected.value(), actual.value(), 1e-15);
    assertNear("gradient", dP(expected), dP(actual), 1e-15);
  }

  @Test
  void evaluate_choiceEvenedOutByBias_stillPullsAtScores() {
    // p = 5/10, 3/10, 2/10 for all three tokens, which a bias has sent to experts 0, 1 and 2
    double[] ratio = {5, 3, 2, 5, 3, 2, 5, 3, 2};
    int[][] choice = {{0}, {1}, {2}};
    RouterDecision biased = FourTokens.withRatios(ratio, 3, choice, TokenMask.none(3), 3);
    // by choices: f = 1, 1, 1, and a gradient alike for all experts moves no softmax
    LossValue byChoice = SwitchLoss.perSequence(1).evaluate(biased);
    assertEquals(1, byChoice.value(), 1e-14);
    double third = 1 / 3.0;
    double[] alike = {third, third, third, third, third, third, third, third, third};
    assertNear("by choice", alike, dP(byChoice), 1e-15);
    // by scores: f = 3, 0, 0: 3 · 1/2; dP = 3/3 for expert 0
    LossValue byScore = ComplementaryLoss.of(1, 1).evaluate(biased);
    assertEquals(1.5, byScore.value(), 1e-14);
    assertNear("by score", new double[] {1, 0, 0, 1, 0, 0, 1, 0, 0}, dP(byScore), 1e-15);
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertRefused("k must be at least 1 but was 0", () -> ComplementaryLoss.of(1, 0));
    assertRefused(
        "k must be at most E = 3 but was 4", () -> ComplementaryLoss.of(1, 4).evaluate(decision()));
    assertRefused(
        "complementary loss needs router probabilities but the router has none",
        () -> ComplementaryLoss.of(1, 1).evaluate(FourTokens.withoutScores()));
  }
}
