package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.SelectionProbabilities;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hand-worked: three tokens, the last of them padding, two experts. */
class LoadLossTest {
  private static final TokenMask MASK = TokenMask.of(true, true, false);

  private static RouterDecision plain(double... weights) {
    Assignments made = Assignments.of(3, 2, new int[] {0, 0, 1}, new int[] {0, 1, 0}, weights);
    return RouterDecision.of(made, MASK, 3, null, null);
  }

  @Test
  void evaluate_selectionProbabilities_smoothLoad() {
    RouterDecision decision = plain(0.75, 0.25, 1)
        .with(SelectionProbabilities.of(new double[] {0.5, 0.4, 0.9, 0.2, 0, 0}, 2, MASK));
    // load 1.4, 0.6: mean 1, variance 0.16, unbiased 0.32
    LossValue value = LoadLoss.of(10).evaluate(decision);
    assertEquals(1.6, value.value(), 1e-8);
    assertEquals(
        3.2, new LoadLoss(10, VarianceEstimator.UNBIASED).evaluate(decision).value(), 1e-8);
    // 10·(±0.4 − 0.16)
    assertNear(
        "gradient",
        new double[] {2.4, -5.6, 2.4, -5.6, 0, 0},
        value.gradient().of(Kind.SELECTION).orElseThrow(),
        1e-8);
  }

  @Test
  void evaluate_noSelectionProbabilities_countsWithoutGradient() {
    // 2 and 1 tokens: mean 1.5, variance 0.25: CV² = 1/9
    LossValue value = LoadLoss.of(1).evaluate(plain(0.75, 0.25, 1));
    assertEquals(1.0 / 9, value.value(), 1e-9);
    assertFalse(value.gradient().of(Kind.SELECTION).isPresent());
    assertFalse(value.gradient().weights().isPresent());
    // a weight of 0 does not count: 1 and 1
    assertEquals(0, LoadLoss.of(1).evaluate(plain(0, 0.25, 1)).value());
  }

  @Test
  void evaluate_collapseWithTwoChoices_documentedValue() {
    // 4 experts, each token on experts 0 and 1: load 3, 3, 0, 0: E/k − 1 = 1, times 4/3
    Assignments made = Assignments.of(
        3, 4, new int[] {0, 0, 1, 1, 2, 2}, new int[] {0, 1, 0, 1, 0, 1}, new double[] {
          1, 1, 1, 1, 1, 1
        });
    RouterDecision decision = RouterDecision.of(made, TokenMask.none(3), 3, null, null);
    assertEquals(1, LoadLoss.of(1).evaluate(decision).value(), 1e-9);
    assertEquals(
        4.0 / 3, new LoadLoss(1, VarianceEstimator.UNBIASED).evaluate(decision).value(), 1e-9);
  }

  @Test
  void evaluate_layers_summed() {
    LossValue value = LoadLoss.of(1).evaluate(List.of(plain(0.75, 0.25, 1), plain(0.75, 0.25, 1)));
    assertEquals(2.0 / 9, value.value(), 1e-9);
    assertEquals(2, value.gradients().size());
  }
}
