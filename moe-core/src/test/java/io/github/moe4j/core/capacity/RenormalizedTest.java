package io.github.moe4j.core.capacity;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

class RenormalizedTest {
  /** Two choices of each of three tokens; room for two in each of three experts. */
  private static RouterDecision decision(double... weights) {
    Assignments all =
        Assignments.of(3, 3, new int[] {0, 0, 1, 1, 2, 2}, new int[] {0, 1, 0, 2, 0, 1}, weights);
    return RouterDecision.of(all, TokenMask.none(3), 3, null, null);
  }

  private static CapacityPass apply(double floor, RouterDecision decision) {
    LimitedCapacity rule = LimitedCapacity.of(CapacityFormula.fixed(2));
    return new Renormalized(rule, floor).apply(decision, PassMode.training());
  }

  @Test
  void apply_handWorked_survivorsTakeAll() {
    // n 4 (2→0) is dropped; sums .8, .5, .2
    CapacityPass result = apply(1e-9, decision(.6, .2, .4, .1, .5, .2));
    assertNear("weights", new double[] {.75, .25, .8, .2, 1}, result.kept().weights(), 1e-15);
    assertEquals(1, result.dropped());
    assertEquals(0, result.fillers());
  }

  @Test
  void backward_handWorked_isTheQuotientRule() {
    // token 0: Σ dw'·w' = 1·.75 + 2·.25 = 1.25; (1 − 1.25)/.8 = −.3125, (2 − 1.25)/.8 = .9375
    // token 1: 3·.8 + 4·.2 = 3.2; −.2/.5 = −.4, .8/.5 = 1.6; token 2: (5 − 5·1)/.2 = 0
    CapacityPass result = apply(1e-9, decision(.6, .2, .4, .1, .5, .2));
    double[] back = result.backward(new double[] {1, 2, 3, 4, 5}).weights().orElseThrow();
    assertNear("dw", new double[] {-.3125, .9375, -.4, 1.6, 0, 0}, back, 1e-14);
  }

  @Test
  void belowTheFloor_dividesByAConstant() {
    // floor .6: token 0 (.8) as above; token 1 (.5): .4/.6, .1/.6; token 2 (.2): .2/.6
    CapacityPass result = apply(.6, decision(.6, .2, .4, .1, .5, .2));
    assertNear(
        "weights",
        new double[] {.75, .25, 2 / 3., 1 / 6., 1 / 3.},
        result.kept().weights(),
        1e-15);
    double[] back = result.backward(new double[] {1, 2, 3, 6, 9}).weights().orElseThrow();
    assertNear("dw", new double[] {-.3125, .9375, 5, 10, 0, 15}, back, 1e-14);
  }

  @Test
  void backward_sumAtTheFloor_isTheQuotientRule() {
    // token 1: 3·.75 + 5·.25 = 3.5; (3 − 3.5)/.5 = −1, (5 − 3.5)/.5 = 3
    CapacityPass result = apply(.5, decision(.6, .2, .375, .125, .5, .2));
    double[] back = result.backward(new double[] {1, 2, 3, 5, 9}).weights().orElseThrow();
    assertNear("dw", new double[] {-1, 3}, new double[] {back[2], back[3]}, 1e-14);
  }

  @Test
  void apply_negativeWeight_isRefused() {
    assertEquals(
        "weights must be at least 0 to be renormalized but token 1, expert 2 has -0.1",
        assertThrows(
                IllegalArgumentException.class,
                () -> apply(1e-9, decision(.6, .2, .4, -.1, .5, .2)))
            .getMessage());
  }

  @Test
  void apply_zeroWeights_stayZero() {
    CapacityPass result =
        Renormalized.of(new Dropless()).apply(decision(0, 0, 1, 1, 0, 2), PassMode.training());
    assertArrayEquals(new double[] {0, 0, .5, .5, 0, 1}, result.kept().weights());
  }

  @Test
  void apply_aroundPadding_keepsItsRowsAtZero() {
    CapacityRule padded = PaddedToCapacity.of(LimitedCapacity.of(CapacityFormula.fixed(3)));
    CapacityPass result =
        Renormalized.of(padded).apply(decision(.6, .2, .4, .1, .5, .2), PassMode.training());
    // experts have 3, 2 and 1 rows: 0 + 1 + 2 more
    assertEquals(3, result.fillers());
    double[] weights = result.kept().weights();
    assertArrayEquals(new double[3], java.util.Arrays.copyOfRange(weights, 6, 9));
    double[] d = {1, 2, 3, 4, 5, 6, 100, 200, 300};
    double[] plain = Renormalized.of(new Dropless())
        .apply(decision(.6, .2, .4, .1, .5, .2), PassMode.training())
        .backward(new double[] {1, 2, 3, 4, 5, 6})
        .weights()
        .orElseThrow();
    assertArrayEquals(plain, result.backward(d).weights().orElseThrow());
  }

  @Test
  void of_anyRule_hasTheMachineEpsilon() {
    assertEquals(2.220446049250313e-16, Renormalized.of(new Dropless()).floor());
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> new Renormalized(new Dropless(), bad));
      assertEquals("floor must be above 0 and finite but was " + bad, error.getMessage());
    }
  }
}
