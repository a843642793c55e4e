package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hand-worked: three tokens, the last of them padding, two experts. */
class ImportanceLossTest {
  private static final TokenMask MASK = TokenMask.of(true, true, false);

  // token 0 goes to both experts with 0.75 and 0.25, token 1 to expert 0 with 1
  private static RouterDecision decision() {
    Assignments made = Assignments.of(
        3, 2, new int[] {0, 0, 1}, new int[] {0, 1, 0}, new double[] {0.75, 0.25, 1});
    Probabilities p = Probabilities.of(new double[] {0.5, 0.5, 0.9, 0.1, 0, 0}, 2, MASK);
    return RouterDecision.of(made, MASK, 3, null, p);
  }

  @Test
  void evaluate_weights_populationVariance() {
    // importance 1.75, 0.25: mean 1, variance (0.75² + 0.75²)/2 = 0.5625
    LossValue value = ImportanceLoss.of(2).evaluate(decision());
    assertEquals(2 * 0.5625, value.value(), 1e-9);
    // ∂CV²/∂v = 2·(v − 1)/2 − 0.5625·2·1/2 = ±0.75 − 0.5625: 0.1875 and −1.3125, each twice
    assertNear(
        "dWeights",
        new double[] {0.375, -2.625, 0.375},
        value.gradient().weights().orElseThrow(),
        1e-9);
  }

  @Test
  void evaluate_unbiased_timesExpertsOverOneLess() {
    ImportanceLoss loss =
        new ImportanceLoss(1, VarianceEstimator.UNBIASED, ImportanceLoss.Source.WEIGHTS);
    assertEquals(2 * 0.5625, loss.evaluate(decision()).value(), 1e-9);
  }

  @Test
  void evaluate_probabilities_overAllExpertsOfRealTokens() {
    // importance 1.4, 0.6: mean 1, variance 0.16
    LossValue value =
        ImportanceLoss.ofProbabilities(1, VarianceEstimator.POPULATION).evaluate(decision());
    assertEquals(0.16, value.value(), 1e-9);
    // ±0.4 − 0.16
    assertNear(
        "dP",
        new double[] {0.24, -0.56, 0.24, -0.56, 0, 0},
        value.gradient().probabilities().orElseThrow(),
        1e-9);
  }

  @Test
  void evaluate_layers_summed() {
    LossValue value = ImportanceLoss.of(1).evaluate(List.of(decision(), decision()));
    assertEquals(2 * 0.5625, value.value(), 1e-9);
    assertEquals(2, value.gradients().size());
  }

  @Test
  void evaluate_noDistribution_namesTheLoss() {
    Assignments none = Assignments.of(1, 2, new int[0], new int[0], new double[0]);
    RouterDecision bare = RouterDecision.of(none, TokenMask.none(1), 1, null, null);
    ImportanceLoss loss = ImportanceLoss.ofProbabilities(1, VarianceEstimator.UNBIASED);
    var error = assertThrows(IllegalArgumentException.class, () -> loss.evaluate(bare));
    assertTrue(error.getMessage().contains("importance loss"), error.getMessage());
    // over weights there is nothing to weigh: 0
    assertEquals(0, ImportanceLoss.of(1).evaluate(bare).value());
  }
}
