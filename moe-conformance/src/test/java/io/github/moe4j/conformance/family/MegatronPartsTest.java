package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopK;
import org.junit.jupiter.api.Test;

class MegatronPartsTest {
  private static RuleCasePass pass(
      RoutingRule rule, int experts, TokenMask mask, double... logits) {
    return RuleCasePass.of(rule, Logits.of(logits, experts, mask), RuleCasePass.inputOf(mask));
  }

  /**
   * Two sequences a and b, tokens a0, b0, a1, b1, the last one padding. All logits are 0, so p = ½
   * and every token takes expert 0: Σp = 1 and n = 2 in a, Σp = ½ and n = 1 in b. The mean number
   * of real tokens is T̄ = 1.5:
   *
   * <pre>
   * loss = E/(k·B·T̄²)·(1·2 + ½·1) = 2/(2·2.25)·2.5 = 10/9
   * dp of expert 0 = E/(k·B·T̄²)·n = 4/9·2 in a, 4/9·1 in b, 0 for padding
   * </pre>
   */
  @Test
  void sequenceLoss_padding_dividesByTheMeanLength() {
    TokenMask mask = TokenMask.of(true, true, true, false);
    RouterDecision decision = pass(TopK.unnormalized(1), 2, mask, new double[8]).decision();
    LossValue loss = MegatronSequenceLoss.evaluate(decision, 2);
    assertEquals(10 / 9.0, loss.value(), 1e-15);
    assertArrayEquals(
        new double[] {8 / 9.0, 0, 4 / 9.0, 0, 8 / 9.0, 0, 0, 0},
        loss.gradient().probabilities().orElseThrow(),
        1e-15);
  }

  @Test
  void sequenceLoss_noPadding_isThatOfTheLibrary() {
    double[] bySequence = {1, 0, -1, 2, 0, 3, 1, 1, 0, -2, 4, 0};
    double[] byPlace = {1, 0, -1, 1, 1, 0, 2, 0, 3, -2, 4, 0};
    TokenMask mask = TokenMask.none(4);
    TokenBatch input = RuleCasePass.inputOf(mask).withSequenceLength(2);
    TopK rule = TopK.unnormalized(2);
    RouterDecision own =
        RuleCasePass.of(rule, Logits.of(bySequence, 3, mask), input).decision();
    double expected = new SwitchLoss(1, SwitchLoss.Counting.PER_CHOICE, LossScope.SEQUENCE)
        .evaluate(own)
        .value();
    RouterDecision decision = pass(rule, 3, mask, byPlace).decision();
    assertEquals(expected, MegatronSequenceLoss.evaluate(decision, 2).value(), 1e-15);
  }
}
