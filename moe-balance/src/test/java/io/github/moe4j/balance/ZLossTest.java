package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hand-worked: logits are multiples of ln 2, so logsumexp is the logarithm of a plain sum. */
class ZLossTest {
  private static final double LN2 = Math.log(2);

  // token 0: 2 + 1 + 1 = 4, z = 2·ln2   token 1: 8 + 4 + 4 = 16, z = 4·ln2
  // token 2: 1/2 + 1/4 + 1/4 = 1, z = 0   token 3: 6 · 1/3 … padding in one test
  private static final double[] LOGITS = {
    LN2, 0, 0, 3 * LN2, 2 * LN2, 2 * LN2, -LN2, -2 * LN2, -2 * LN2, 9, 9, 9
  };

  private static RouterDecision decision(boolean... valid) {
    return Decisions.topK(LOGITS, 3, 1, TokenMask.of(valid), 4);
  }

  @Test
  void evaluate_threeRealTokens_meanOverThem() {
    // (4 + 16 + 0)·ln2² / 3; padding is not in the divisor
    LossValue value = ZLoss.of(1).evaluate(decision(true, true, true, false));
    assertEquals(20 * LN2 * LN2 / 3, value.value(), 1e-14);
    // dlogit = 2·z·p/3; p = 1/2, 1/4, 1/4 in every row; z = 2·ln2, 4·ln2, 0
    double a = LN2 / 3;
    assertNear(
        "gradient",
        new double[] {2 * a, a, a, 4 * a, 2 * a, 2 * a, 0, 0, 0, 0, 0, 0},
        value.gradient().logits().orElseThrow(),
        1e-14);
  }

  @Test
  void evaluate_layers_summed() {
    // second layer: token 1 alone: 16·ln2²
    LossValue both = ZLoss.of(0.5)
        .evaluate(List.of(decision(true, true, true, false), decision(false, true, false, false)));
    assertEquals(0.5 * (20.0 / 3 + 16) * LN2 * LN2, both.value(), 1e-14);
    assertEquals(2, both.gradients().size());
  }
}
