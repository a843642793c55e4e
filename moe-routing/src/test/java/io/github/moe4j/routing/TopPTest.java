package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.TopP.Cut;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hand-worked: three tokens, four experts. */
@ExtendWith(Seeds.class)
class TopPTest {
  private static final int ALL = Integer.MAX_VALUE;
  // of 10: token 0: 2, 1, 6, 1   token 1: 4, 3, 1, 2   token 2: 1, 8, 1, 0.000…
  private static final Logits LOGITS = ratios(4, 2, 1, 6, 1, 4, 3, 1, 2, 1, 8, 1, 1e-9);

  @Test
  void apply_crossing_smallestSetThatReachesP() {
    // sums of token 0: .6, .8 stop   token 1: .4, .7, .9 stop   token 2: .8 stop
    assertMade(
        new int[] {0, 0, 1, 1, 1, 2},
        new int[] {2, 0, 0, 1, 3, 1},
        new double[] {.6, .2, .4, .3, .2, .8 / (1 + 1e-10)},
        TopP.of(0.75).apply(LOGITS, input(3)));
  }

  @Test
  void apply_inclusive_sumStaysBelowP() {
    // token 0: .6, not .8   token 1: .4, .7, not .9   token 2: .8 is too much, but the first stays
    assertMade(
        new int[] {0, 1, 1, 2},
        new int[] {2, 0, 1, 1},
        new double[] {.6, .4, .3, .8 / (1 + 1e-10)},
        TopP.inclusive(0.75).apply(LOGITS, input(3)));
  }

  @Test
  void apply_sumExactlyP_bothCutsTakeIt() {
    // four equal experts: exactly .25, .5, .75, 1; ties go to the lowest index
    Logits equal = HandWorked.logits(4, 7, 7, 7, 7);
    for (TopP rule : new TopP[] {TopP.of(0.5), TopP.inclusive(0.5)}) {
      assertMade(
          new int[] {0, 0}, new int[] {0, 1}, new double[] {.25, .25}, rule.apply(equal, input(1)));
    }
    assertEquals(3, TopP.of(0.51).apply(equal, input(1)).assignments().size());
    assertEquals(2, TopP.inclusive(0.74).apply(equal, input(1)).assignments().size());
  }

  @Test
  void apply_pOne_allExperts() {
    for (TopP rule : new TopP[] {TopP.of(1), TopP.inclusive(1)}) {
      assertEquals(12, rule.apply(LOGITS, input(3)).assignments().size());
    }
    // rounding brings the sum to 1 with the first expert; the others count all the same
    Logits sure = HandWorked.logits(3, 0, 80, 0);
    assertEquals(3, TopP.of(1).apply(sure, input(1)).assignments().size());
  }

  @Test
  void apply_smallP_firstExpertAlways() {
    for (TopP rule : new TopP[] {TopP.of(1e-300), TopP.inclusive(1e-300)}) {
      assertMade(
          new int[] {0, 1, 2},
          new int[] {2, 0, 1},
          new double[] {.6, .4, .8 / (1 + 1e-10)},
          rule.apply(LOGITS, input(3)));
    }
  }

  @Test
  void apply_maxExpertsAndSum_cappedAndNormalized() {
    // token 1 stops at two: 4 : 3 of 7   token 0: 6 : 2 of 8
    assertMade(
        new int[] {0, 0, 1, 1, 2},
        new int[] {2, 0, 0, 1, 1},
        new double[] {.75, .25, 4 / 7.0, 3 / 7.0, 1},
        new TopP(0.75, Cut.CROSSING, 2, TopKNormalization.sum()).apply(LOGITS, input(3)));
  }

  @Test
  void apply_oneExpert_trainsWithNormalizedWeight() {
    TopP one = new TopP(0.75, Cut.CROSSING, 1, TopKNormalization.sum());
    TokenBatch training = input(2).withMode(PassMode.training());
    assertEquals(
        2, one.apply(HandWorked.logits(1, 3, 4), training).assignments().size());
  }

  @Test
  void apply_padding_getsNothing() {
    TokenBatch input = input(3).withMask(TokenMask.of(true, false, true));
    assertMade(
        new int[] {0, 0, 2},
        new int[] {2, 0, 1},
        new double[] {.6, .2, .8 / (1 + 1e-10)},
        TopP.of(0.75).apply(LOGITS, input));
  }

  @Test
  void apply_any_fullDistributionForLosses() {
    assertNear(
        "distribution",
        LOGITS.softmax(TokenMask.none(3)).toArray(),
        TopP.of(0.3).apply(LOGITS, input(3)).scores().get(0).toArray(),
        0);
  }

  @Test
  void backward_handWorked_eachTokenItsOwnNumber() {
    // probabilities 1/2, 1/4, 1/4 and p = .5: experts 0; dw = 8 → 1/2·(8 − 4), 1/4·(−4), 1/4·(−4)
    RulePass result = TopP.of(0.5).apply(ratios(3, 2, 1, 1), input(1));
    assertNear("dLogits", new double[] {2, -1, -1}, HandWorked.backward(result, 3, 8), 1e-14);
  }

  @Test
  void backward_everyCutAndNorm_matchesDifferences() {
    double[] values = RandomArrays.normal(Seeds.random(1), 6 * 5);
    for (Cut cut : Cut.values()) {
      for (TopKNormalization norm : new TopKNormalization[] {
        TopKNormalization.none(), TopKNormalization.sum(), TopKNormalization.norm(2)
      }) {
        assertGradient(new TopP(0.7, cut, ALL, norm), 5, values, () -> input(6));
        assertGradient(new TopP(0.9, cut, 3, norm), 5, values, () -> input(6));
      }
    }
  }

  @Test
  void of_defaults_asDocumented() {
    assertEquals(new TopP(0.4, Cut.CROSSING, ALL, TopKNormalization.none()), TopP.of(0.4));
    assertEquals(new TopP(0.4, Cut.INCLUSIVE, ALL, TopKNormalization.none()), TopP.inclusive(0.4));
  }

  @Test
  void any_wrongOptions_messageNamesRuleAndValue() {
    assertRefused("p must be above 0 and at most 1 but was 0.0", () -> TopP.of(0));
    assertRefused("p must be above 0 and at most 1 but was 1.5", () -> TopP.inclusive(1.5));
    assertRefused("p must be above 0 and at most 1 but was NaN", () -> TopP.of(Double.NaN));
    assertRefused(
        "maxExperts must be at least 1 but was 0",
        () -> new TopP(1, Cut.CROSSING, 0, TopKNormalization.none()));
    TopP constant = new TopP(1, Cut.CROSSING, 1, TopKNormalization.sum());
    assertRefused(
        "maxExperts must be above 1 when training with normalized weights, since one expert gives"
            + " the router no gradient, but was 1",
        () -> constant.apply(LOGITS, input(3).withMode(PassMode.training())));
    assertEquals(3, constant.apply(LOGITS, input(3)).assignments().size());
  }
}
