package io.github.moe4j.testkit.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.balance.LossSubject.EXPERTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;

/** Values of a loss: documented ones, of one expert, of large logits, and how they scale. */
record LossValueChecks(LossSubject subject) {
  private LossContract contract() {
    return subject.contract();
  }

  void perfectBalance() {
    for (int k : new int[] {1, 2, EXPERTS}) {
      int[][] choice = new int[12][k];
      for (int i = 0; i < 12 * k; i++) {
        choice[i / k][i % k] = (i / k + i % k) % EXPERTS;
      }
      RouterDecision balanced = contract()
          .prepare(
              Decisions.chosen(new double[12 * EXPERTS], EXPERTS, choice, TokenMask.none(12), 4));
      assertEquals(
          contract().valueAtBalance(EXPERTS, k),
          contract().loss(1).evaluate(balanced).value(),
          1e-12,
          "K " + k);
    }
  }

  void totalCollapse() {
    double[] logits = new double[12 * EXPERTS];
    for (int t = 0; t < 12; t++) {
      logits[t * EXPERTS] = 60;
    }
    for (int k : new int[] {1, 2, EXPERTS}) {
      RouterDecision collapsed = subject.topK(logits, EXPERTS, k, TokenMask.none(12), 4);
      double expected = contract().valueAtCollapse(EXPERTS, k, 60);
      assertEquals(
          expected,
          contract().loss(1).evaluate(collapsed).value(),
          1e-12 * (1 + expected),
          "K " + k);
    }
  }

  void oneExpert() {
    RouterDecision one = subject.topK(new double[5], 1, 1, TokenMask.none(5));
    LossValue value = contract().loss(1, 1).evaluate(one);
    assertEquals(contract().valueAtBalance(1, 1), value.value(), 1e-12);
    for (double d : LossSubject.dLogits(one, value.gradient())) {
      assertEquals(0, d, 1e-12); // a softmax over one expert is 1 whatever its logit is
    }
  }

  void logitsOf80() {
    double[] logits = new double[6 * EXPERTS];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = i % 3 == 0 ? 80 : -80;
    }
    RouterDecision extreme = subject.topK(logits, EXPERTS, 2, TokenMask.none(6));
    LossValue value = contract().loss(1).evaluate(extreme);
    assertTrue(Double.isFinite(value.value()));
    double[] gradient = LossSubject.dLogits(extreme, value.gradient());
    assertTrue(Arrays.stream(gradient).allMatch(Double::isFinite));
  }

  void coefficientDoubled() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    RouterDecision decision = subject.topK(logits, EXPERTS, 2, TokenMask.none(8), 4);
    LossValue once = contract().loss(0.3).evaluate(decision);
    LossValue twice = contract().loss(0.6).evaluate(decision);
    assertTrue(once.value() != 0);
    assertEquals(2 * once.value(), twice.value(), 1e-14);
    double[] expected = LossSubject.dLogits(decision, once.gradient().times(2));
    assertNear("gradient", expected, LossSubject.dLogits(decision, twice.gradient()), 1e-14);
    assertEquals(0, contract().loss(0).evaluate(decision).value());
  }

  void expertsRenumbered() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    double[] renumbered = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      renumbered[i / EXPERTS * EXPERTS + (i + 1) % EXPERTS] = logits[i];
    }
    TokenMask all = TokenMask.none(8);
    assertEquals(
        contract().loss(1).evaluate(subject.topK(logits, EXPERTS, 2, all, 4)).value(),
        contract()
            .renumbered(1)
            .evaluate(subject.topK(renumbered, EXPERTS, 2, all, 4))
            .value(),
        1e-14);
  }
}
