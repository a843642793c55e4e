package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.routing.HandWorked.sigmoids;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hand-worked: two tokens, six experts in three groups of two. */
@ExtendWith(Seeds.class)
class DeepSeekV3Test {
  private static final double[] S = {.9, .1, .6, .6, .5, .4, .2, .3, .1, .2, .8, .7};
  private static final Logits LOGITS = sigmoids(6, S);

  @Test
  void apply_zeroBias_groupsByBestTwo() {
    // token 0: sums 1.0, 1.2, 0.9 → groups 1, 0; best .9, .6 (tie of 2 and 3: 2), of 1.5
    // token 1: sums 0.5, 0.3, 1.5 → groups 2, 0; best .8, .7, of 1.5
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {0, 2, 4, 5},
        new double[] {2.5 * .9 / 1.5, 2.5 * .6 / 1.5, 2.5 * .8 / 1.5, 2.5 * .7 / 1.5},
        DeepSeekV3.of(2, ExpertBias.zeros(6), 3, 2).apply(LOGITS, input(2)));
  }

  @Test
  void apply_bias_choosesButDoesNotWeigh() {
    // c of token 0: .4, .1 | .6, .9 | .5, .4: sums .5, 1.5, .9 → groups 1, 2; best 3 (.9), 2 (.6)
    // c of token 1: −.3, .3 | .1, .5 | .8, .7: sums 0, .6, 1.5 → groups 2, 1; best 4 (.8), 5 (.7)
    // weights from s: .6 and .6 of 1.2; .8 and .7 of 1.5
    ExpertBias bias = ExpertBias.of(-.5, 0, 0, .3, 0, 0);
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {3, 2, 4, 5},
        new double[] {1.25, 1.25, 2.5 * .8 / 1.5, 2.5 * .7 / 1.5},
        DeepSeekV3.of(2, bias, 3, 2).apply(LOGITS, input(2)));
  }

  @Test
  void apply_biasReplaced_nextPassReadsIt() {
    ExpertBias bias = ExpertBias.zeros(6);
    DeepSeekV3 rule = DeepSeekV3.of(1, bias);
    RulePass before = rule.apply(LOGITS, input(2));
    bias.set(-1, 0, 0, 0, 0, 1);
    assertMade(new int[] {0, 1}, new int[] {0, 4}, new double[] {2.5, 2.5}, before);
    assertMade(
        new int[] {0, 1}, new int[] {5, 5}, new double[] {2.5, 2.5}, rule.apply(LOGITS, input(2)));
    assertSameBits("bias", new double[] {-1, 0, 0, 0, 0, 1}, bias.values());
  }

  @Test
  void apply_allBiasedScoresNegative_onlyZeroOutsideEscapes() {
    // c = s − 1 < 0; token 0 keeps group 1 (−.4, −.4), token 1 group 2 (−.2, −.3). With 0 in place
    // of −∞ the experts outside, 0 and 1, win.
    ExpertBias bias = ExpertBias.of(-1, -1, -1, -1, -1, -1);
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {2, 3, 4, 5},
        new double[] {1.25, 1.25, 2.5 * .8 / 1.5, 2.5 * .7 / 1.5},
        DeepSeekV3.of(2, bias, 3, 1).apply(LOGITS, input(2)));
    TopK topK = DeepSeekV3.of(2, bias).topK();
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {0, 1, 0, 1},
        new double[] {2.25, .25, 1, 1.5},
        new DeepSeekV3(topK, bias, new ExpertGroups(3, 1, 2, Outside.ZERO))
            .apply(LOGITS, input(2)));
  }

  @Test
  void apply_softmaxScores_biasAddedToProbabilities() {
    // p = .1, .4, .5; c = .5, .4, .5: tie of 0 and 2
    assertMade(
        new int[] {0, 0},
        new int[] {0, 2},
        new double[] {.1, .5},
        new DeepSeekV3(TopK.unnormalized(2), ExpertBias.of(.4, 0, 0), ExpertGroups.none())
            .apply(ratios(3, 1, 4, 5), input(1)));
  }

  @Test
  void apply_any_distributionIsScoresOverTheirSum() {
    double[] expected = new double[12];
    for (int i = 0; i < 12; i++) {
      expected[i] = S[i] / (i < 6 ? 3.1 : 2.3);
    }
    RulePass result =
        DeepSeekV3.of(2, ExpertBias.of(5, 4, 3, 2, 1, 0), 3, 1).apply(LOGITS, input(2));
    assertNear("distribution", expected, result.scores().get(0).toArray(), 1e-14);
  }

  @Test
  void backward_biasAndGroups_matchesDifferences() {
    double[] values = RandomArrays.normal(Seeds.random(1), 5 * 6);
    ExpertBias bias = ExpertBias.of(RandomArrays.normal(Seeds.random(2), 6));
    TokenMask mask = TokenMask.of(true, false, true, true, true);
    assertGradient(DeepSeekV3.of(2, bias, 3, 2), 6, values, () -> input(5).withMask(mask));
    assertGradient(
        new DeepSeekV3(TopK.unnormalized(3), bias, new ExpertGroups(3, 2, 2, Outside.ZERO)),
        6,
        values,
        () -> input(5));
  }

  @Test
  void of_defaults_asPublished() {
    ExpertBias bias = ExpertBias.zeros(256);
    TopK topK = new TopK(8, ScoreFunction.SIGMOID, TopKNormalization.sum(1e-20), 2.5);
    assertEquals(
        new DeepSeekV3(topK, bias, new ExpertGroups(8, 4, 2, Outside.NEGATIVE_INFINITY)),
        DeepSeekV3.of(8, bias, 8, 4));
    assertEquals(new DeepSeekV3(topK, bias, ExpertGroups.none()), DeepSeekV3.of(8, bias));
    DeepSeekV3.of(8, bias, 8, 4).requireFits(256);
  }

  @Test
  void any_doesNotFit_messageNamesRuleAndValue() {
    ExpertBias bias = ExpertBias.zeros(5);
    assertRefused(
        "selection bias must have length E = 6 but has 5",
        () -> DeepSeekV3.of(2, bias).apply(LOGITS, input(2)));
    assertRefused(
        "best must be at most E/groups = 1 but was 2",
        () -> DeepSeekV3.of(2, bias, 5, 2).requireFits(5));
    assertRefused(
        "k must be above 1 when training with normalized weights, since k = 1 gives the router"
            + " no gradient, but was 1",
        () -> DeepSeekV3.of(1, ExpertBias.zeros(6))
            .apply(LOGITS, input(2).withMode(PassMode.training())));
  }
}
