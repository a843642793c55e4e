package io.github.moe4j.testkit.balance;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.balance.LossSubject.EXPERTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;

/** Repeated calls and invalid arguments. */
record LossCallChecks(LossSubject subject) {
  private LossContract contract() {
    return subject.contract();
  }

  void notModified() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    RouterDecision decision = subject.topK(logits, EXPERTS, 2, TokenMask.none(8), 4);
    double[] weights = decision.assignments().weights();
    double[] p = decision.requireProbabilities("test").toArray();
    double first = contract().loss(1).evaluate(decision).value();
    assertEquals(first, contract().loss(1).evaluate(decision).value());
    assertSameBits("weights", weights, decision.assignments().weights());
    assertSameBits("logits", logits, decision.requireLogits("test").toArray());
    assertSameBits("probabilities", p, decision.requireProbabilities("test").toArray());
  }

  void otherDecisionBetween() {
    BalanceLoss loss = contract().loss(1);
    RouterDecision decision = subject.topK(
        RandomArrays.normal(Seeds.random(1), 8 * EXPERTS), EXPERTS, 2, TokenMask.none(8), 4);
    RouterDecision other = subject.topK(
        RandomArrays.normal(Seeds.random(2), 6 * EXPERTS), EXPERTS, 2, TokenMask.none(6), 3);
    LossValue first = loss.evaluate(decision);
    loss.evaluate(other);
    LossValue second = loss.evaluate(decision);
    assertEquals(first.value(), second.value(), "value of the same decision");
    assertSameBits(
        "gradient",
        LossSubject.dLogits(decision, first.gradient()),
        LossSubject.dLogits(decision, second.gradient()));
  }

  void noLayers() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> contract().loss(1).evaluate(List.of()));
    assertTrue(error.getMessage().contains("at least one layer"), error.getMessage());
  }

  void wrongCoefficient() {
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -0.01}) {
      var error = assertThrows(IllegalArgumentException.class, () -> contract().loss(wrong));
      assertEquals(
          "coefficient must be finite and at least 0 but was " + wrong, error.getMessage());
    }
  }

  void nameGiven() {
    assertFalse(contract().loss(1).name().isBlank());
  }
}
