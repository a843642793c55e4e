package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

/** Without noise, where the chance of being chosen is a step. */
class SmoothLoadTest {
  private static final Logits SCORES = HandWorked.logits(3, 3, 2, 1);

  private static SmoothLoad load(LoadThreshold kind) {
    return new SmoothLoad(SCORES, SCORES, new double[3], 1, kind, TokenMask.none(1));
  }

  @Test
  void values_noNoise_whetherAboveTheThreshold() {
    // expert 0 must exceed the second best, 2, the others the best, 3
    assertArrayEquals(
        new double[] {1, 0, 0}, load(LoadThreshold.NOISY_LOGITS).values().toArray());
    // all must exceed the best, which equals it: 0
    assertArrayEquals(
        new double[3], load(LoadThreshold.KTH_NOISY_LOGIT).values().toArray());
  }

  @Test
  void backward_noNoise_zero() {
    for (LoadThreshold kind : LoadThreshold.values()) {
      double[] dClean = new double[3];
      double[] dNoisy = new double[3];
      double[] dSigma = new double[3];
      load(kind).backward(new double[] {1, 2, 3}, dClean, dNoisy, dSigma);
      assertAllZero("dClean", dClean);
      assertAllZero("dNoisy", dNoisy);
      assertAllZero("dSigma", dSigma);
    }
  }
}
