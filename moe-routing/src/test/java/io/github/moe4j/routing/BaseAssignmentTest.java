package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.backward;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenMask;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BaseAssignmentTest {
  // All four tokens prefer expert 0; in logarithms to base 2: 3, 0 | 2, 1 | 1, 0 | 4, 1.
  private static final Logits FOUR = ratios(2, 8, 1, 4, 2, 2, 1, 16, 2);

  @Test
  void apply_training_halfOfTheTokensEach() {
    // losses 3, 1, 1, 3: tokens 1 and 2 go to expert 1, sigmoid(ln r) = r/(1 + r)
    RulePass result = new BaseAssignment().apply(FOUR, input(4).withMode(PassMode.training()));
    double[] weights = {8 / 9.0, 2 / 3.0, 1 / 2.0, 16 / 17.0};
    assertMade(new int[] {0, 1, 2, 3}, new int[] {0, 1, 1, 0}, weights, result);
    // α·(1 − α): 8/81, 2/9, 1/4, 16/289
    assertNear(
        "dLogits",
        new double[] {8, 0, 0, 2, 0, 1, 16, 0},
        backward(result, 8, 81, 9, 4, 289),
        1e-12);
  }

  @Test
  void apply_evaluation_greedy() {
    double[] weights = {8 / 9.0, 4 / 5.0, 2 / 3.0, 16 / 17.0};
    assertMade(
        new int[] {0, 1, 2, 3},
        new int[] {0, 0, 0, 0},
        weights,
        new BaseAssignment().apply(FOUR, input(4)));
  }

  @Test
  void apply_padding_othersSharedOut() {
    // tokens 0, 2 and 3: expert 0 keeps two of them, since all prefer it; token 2 loses least
    double[] values = FOUR.toArray();
    Arrays.fill(values, 2, 4, Double.NaN);
    TokenMask mask = TokenMask.of(true, false, true, true);
    Logits logits = Logits.of(values, 2, mask);
    RulePass result =
        new BaseAssignment().apply(logits, input(4).withMask(mask).withMode(PassMode.training()));
    double[] weights = {8 / 9.0, 1 / 2.0, 16 / 17.0};
    assertMade(new int[] {0, 2, 3}, new int[] {0, 1, 0}, weights, result);
  }

  @Test
  void scores_any_sigmoidsOverTheirSum() {
    // r/(1 + r): 8/9 and 1/2, 4/5 and 2/3, 2/3 and 1/2, 16/17 and 2/3
    double[] p = {16 / 25.0, 9 / 25.0, 6 / 11.0, 5 / 11.0, 4 / 7.0, 3 / 7.0, 24 / 41.0, 17 / 41.0};
    RulePass result = new BaseAssignment().apply(FOUR, input(4).withMode(PassMode.training()));
    assertNear("p", p, result.scores().get(0).toArray(), 1e-15);
  }

  @Test
  void apply_fewerTokensThanExperts_atMostOneEach() {
    Logits logits = ratios(4, 9, 1, 1, 3, 9, 1, 1, 2);
    RulePass result = new BaseAssignment().apply(logits, input(2).withMode(PassMode.training()));
    assertArrayEquals(new int[] {1, 0, 0, 1}, result.assignments().countPerExpert());
    // moving token 0 loses ln 3, moving token 1 loses ln 4.5
    assertEquals(3, result.assignments().expert(0));
  }

  @Test
  void requireFits_noExperts_refused() {
    assertThrows(IllegalArgumentException.class, () -> new BaseAssignment().requireFits(0));
  }
}
