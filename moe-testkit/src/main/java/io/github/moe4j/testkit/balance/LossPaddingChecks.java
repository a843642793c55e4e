package io.github.moe4j.testkit.balance;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.balance.LossSubject.EXPERTS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;

/** Padding and batches without tokens. */
record LossPaddingChecks(LossSubject subject) {
  private LossContract contract() {
    return subject.contract();
  }

  void inAndAfterSequences() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 8 * EXPERTS);
    RouterDecision plain = subject.topK(logits, EXPERTS, 2, TokenMask.none(8), 4);
    // two sequences of 4 become three of 6: two padded tokens in each, then nothing but padding
    boolean[] valid = new boolean[18];
    double[] padded = new double[18 * EXPERTS];
    Arrays.fill(padded, Double.NaN);
    int[] place = new int[8];
    for (int t = 0; t < 8; t++) {
      place[t] = t / 4 * 6 + new int[] {0, 2, 3, 5}[t % 4];
      valid[place[t]] = true;
      System.arraycopy(logits, t * EXPERTS, padded, place[t] * EXPERTS, EXPERTS);
    }
    RouterDecision masked = subject.topK(padded, EXPERTS, 2, TokenMask.of(valid), 6);
    LossValue expected = contract().loss(0.7).evaluate(plain);
    LossValue actual = contract().loss(0.7).evaluate(masked);
    assertEquals(expected.value(), actual.value(), 1e-14);
    double[] dPlain = LossSubject.dLogits(plain, expected.gradient());
    double[] dMasked = LossSubject.dLogits(masked, actual.gradient());
    for (int t = 0; t < 8; t++) {
      for (int e = 0; e < EXPERTS; e++) {
        int i = place[t] * EXPERTS + e;
        assertEquals(dPlain[t * EXPERTS + e], dMasked[i], 1e-14, "gradient of token " + t);
        dMasked[i] = 0;
      }
    }
    assertAllZero("gradient of padding", dMasked);
  }

  void onlyPadding() {
    double[] logits = new double[6 * EXPERTS];
    Arrays.fill(logits, Double.NaN);
    TokenMask none = TokenMask.of(new boolean[6]);
    RouterDecision padding = subject.topK(logits, EXPERTS, 2, none, 3);
    LossValue value = contract().loss(0.7).evaluate(padding);
    assertEquals(0, value.value());
    assertAllZero("gradient", LossSubject.dLogits(padding, value.gradient()));
  }

  void noTokens() {
    RouterDecision empty = subject.topK(new double[0], EXPERTS, 2, TokenMask.none(0), 1);
    LossValue value = contract().loss(0.7).evaluate(empty);
    assertEquals(0, value.value());
    assertEquals(0, LossSubject.dLogits(empty, value.gradient()).length);
  }
}
