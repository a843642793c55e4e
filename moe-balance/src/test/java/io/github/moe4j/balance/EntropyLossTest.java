package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.dP;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.EntropyLoss.Of;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By hand: two experts; token 0 has p = 3/4, 1/4, token 1 has 1/4, 3/4, token 2 has 1/2, 1/2. */
class EntropyLossTest {
  private static final double LN2 = Math.log(2);
  private static final double LN3 = Math.log(3);

  private static RouterDecision decision(boolean... valid) {
    double[] ratio = {3, 1, 1, 3, 1, 1};
    return FourTokens.withRatios(ratio, 2, new int[][] {{0}, {1}, {0}}, TokenMask.of(valid), 3);
  }

  @Test
  void evaluate_oppositeTokens_onlyTheirMeanIsEven() {
    RouterDecision opposite = decision(true, true, false);
    // mean 1/2, 1/2: ln 2, the most there is
    assertEquals(-2 * LN2, EntropyLoss.of(2).evaluate(opposite).value(), 1e-15);
    // each token: 3/4·ln(4/3) + 1/4·ln 4 = ln 4 − 3/4·ln 3
    EntropyLoss each = new EntropyLoss(2, Of.EACH_TOKEN);
    assertEquals(-2 * (2 * LN2 - 0.75 * LN3), each.evaluate(opposite).value(), 1e-15);
  }

  @Test
  void evaluate_padding_outOfTheMean() {
    // tokens 0 and 2: mean 5/8, 3/8
    double mean = 0.625 * Math.log(0.625) + 0.375 * Math.log(0.375);
    RouterDecision padded = decision(true, false, true);
    assertEquals(mean, EntropyLoss.of(1).evaluate(padded).value(), 1e-15);
    // (ln 4 − 3/4·ln 3 + ln 2)/2
    EntropyLoss each = new EntropyLoss(1, Of.EACH_TOKEN);
    assertEquals(-(3 * LN2 - 0.75 * LN3) / 2, each.evaluate(padded).value(), 1e-15);
  }

  @Test
  void evaluate_gradient_handWorked() {
    RouterDecision padded = decision(true, false, true);
    // d(Σ q ln q)/dp = (ln q + 1)/T, q = 5/8, 3/8, T = 2; coefficient 4
    double a = 2 * (Math.log(0.625) + 1);
    double b = 2 * (Math.log(0.375) + 1);
    assertNear(
        "of the mean",
        new double[] {a, b, 0, 0, a, b},
        dP(EntropyLoss.of(4).evaluate(padded)),
        1e-15);
    // (ln p + 1)/T: p = 3/4, 1/4 and 1/2, 1/2
    double half = 2 * (1 - LN2);
    double[] expected = {2 * (LN3 - 2 * LN2 + 1), 2 * (1 - 2 * LN2), 0, 0, half, half};
    EntropyLoss each = new EntropyLoss(4, Of.EACH_TOKEN);
    assertNear("of each", expected, dP(each.evaluate(padded)), 1e-15);
  }

  @Test
  void evaluate_probabilityOfZero_zeroSlope() {
    TokenMask all = TokenMask.none(1);
    Assignments made = Assignments.of(1, 2, new int[] {0}, new int[] {0}, new double[] {1});
    Probabilities certain = Probabilities.of(new double[] {1, 0}, 2, all);
    RouterDecision decision = RouterDecision.of(made, all, 1, null, certain);
    for (Of of : Of.values()) {
      LossValue value = new EntropyLoss(3, of).evaluate(decision);
      assertEquals(0, value.value(), 0); // 1·ln 1 and the limit of q ln q
      assertNear(of.name(), new double[] {3, 0}, dP(value), 1e-15); // ln 1 + 1
    }
  }

  @Test
  void evaluate_layers_summed() {
    RouterDecision first = decision(true, true, false);
    RouterDecision second = decision(false, true, false);
    // ln 2, and the one token's ln 4 − 3/4·ln 3
    LossValue both = EntropyLoss.of(1).evaluate(List.of(first, second));
    assertEquals(-(3 * LN2 - 0.75 * LN3), both.value(), 1e-15);
    assertEquals(2, both.gradients().size());
  }

  @Test
  void evaluate_noProbabilities_messageNamesThem() {
    assertRefused(
        "entropy loss needs router probabilities but the router has none",
        () -> EntropyLoss.of(1).evaluate(FourTokens.withoutScores()));
  }
}
