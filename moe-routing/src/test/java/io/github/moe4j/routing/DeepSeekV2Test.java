package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.DeepSeekV2.Selection;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;

/** Hand-worked: three tokens, four experts in two groups. */
@ExtendWith(Seeds.class)
class DeepSeekV2Test {
  // token 0: 1 : 4 | 3 : 2 of 10   token 1: 2 : 1 | 3 : 4 of 10   token 2: 5 : 5 | 5 : 5 of 20
  private static final Logits LOGITS = ratios(4, 1, 4, 3, 2, 2, 1, 3, 4, 5, 5, 5, 5);

  @Test
  void apply_oneGroupKept_bestOfThatGroup() {
    // token 0: maxima 4, 3 → experts 1, 0, though expert 2 has more than 0
    // token 1: maxima 2, 4 → experts 3, 2        token 2: tied → group 0, experts 0, 1
    assertMade(
        new int[] {0, 0, 1, 1, 2, 2},
        new int[] {1, 0, 3, 2, 0, 1},
        new double[] {0.8, 0.2, 0.8, 0.6, 0.5, 0.5}, // probabilities times 2
        DeepSeekV2.of(2, 2, 1, 2).apply(LOGITS, input(3)));
  }

  @Test
  void apply_allGroupsKept_sameAsTopK() {
    RulePass expected = TopK.unnormalized(3).apply(LOGITS, input(3));
    RulePass actual = DeepSeekV2.of(3, 2, 2, 1).apply(LOGITS, input(3));
    assertMade(
        new int[] {0, 0, 0, 1, 1, 1, 2, 2, 2},
        new int[] {1, 2, 3, 3, 2, 0, 0, 1, 2},
        expected.assignments().weights(),
        actual);
  }

  @Test
  void apply_normalized_dividedByChosenSum() {
    TopK topK = new TopK(2, ScoreFunction.SOFTMAX, TopKNormalization.sum(1e-20), 1);
    assertMade(
        new int[] {0, 0, 1, 1, 2, 2},
        new int[] {1, 0, 3, 2, 0, 1},
        new double[] {4 / 5.0, 1 / 5.0, 4 / 7.0, 3 / 7.0, 0.5, 0.5},
        new DeepSeekV2(topK, ExpertGroups.byBest(2, 1)).apply(LOGITS, input(3)));
  }

  @Test
  void apply_any_fullDistributionForLosses() {
    double[] p = {.1, .4, .3, .2, .2, .1, .3, .4, .25, .25, .25, .25};
    RulePass result = DeepSeekV2.of(2, 2, 1, 16).apply(LOGITS, input(3));
    assertNear("probabilities", p, result.scores().get(0).toArray(), 1e-15);
  }

  @Test
  void apply_probabilityVanishes_zeroOutsideTiesWithIt() {
    // probabilities 0, 0 | 1, e^−900 = 0: within group 1 the second is tied with those set to 0
    Logits logits = HandWorked.logits(4, -1000, -1000, 0, -900);
    TopK topK = TopK.unnormalized(2);
    assertMade(
        new int[] {0, 0},
        new int[] {2, 3},
        new double[] {1, 0},
        new DeepSeekV2(topK, ExpertGroups.byBest(2, 1)).apply(logits, input(1)));
    assertMade(
        new int[] {0, 0},
        new int[] {2, 0},
        new double[] {1, 0},
        new DeepSeekV2(topK, new ExpertGroups(2, 1, 1, Outside.ZERO)).apply(logits, input(1)));
  }

  @Test
  void apply_byLogits_groupWithLargestSumOfLogits() {
    // logits ln 16, ln 1 | ln 6, ln 6: the scores sum to 17 : 12, the logits to ln 16 : ln 36
    Logits logits = HandWorked.ratios(4, 16, 1, 6, 6);
    ExpertGroups bySum = ExpertGroups.byBestTwo(2, 1);
    assertMade(
        new int[] {0, 0},
        new int[] {0, 1},
        new double[] {16 / 17.0, 1 / 17.0},
        new DeepSeekV2(TopK.of(2), bySum).apply(logits, input(1)));
    assertMade(
        new int[] {0, 0},
        new int[] {2, 3},
        new double[] {0.5, 0.5},
        new DeepSeekV2(TopK.of(2), bySum, Selection.LOGITS).apply(logits, input(1)));
  }

  @Test
  void apply_byLogitsWithPadding_getsNothing() {
    TokenMask mask = TokenMask.of(false, true);
    Logits logits = Logits.of(new double[] {Double.NaN, 9, 9, 9, 1, 1, 0, 0}, 4, mask);
    assertMade(
        new int[] {1, 1},
        new int[] {0, 1},
        new double[] {0.5, 0.5},
        new DeepSeekV2(TopK.of(2), ExpertGroups.byBestTwo(2, 1), Selection.LOGITS)
            .apply(logits, input(2).withMask(mask)));
  }

  @Test
  void apply_byLogits_noTieWhereProbabilityVanishes() {
    // e^−900 and e^−1000 are both 0: tied as scores, so that the lowest index wins
    Logits logits = HandWorked.logits(4, 0, -1000, -2000, -900);
    DeepSeekV2 byScores = DeepSeekV2.of(2, 1, 1, 1);
    assertMade(
        new int[] {0, 0}, new int[] {0, 1}, new double[] {1, 0}, byScores.apply(logits, input(1)));
    assertMade(
        new int[] {0, 0},
        new int[] {0, 3},
        new double[] {1, 0},
        byScores.withSelection(Selection.LOGITS).apply(logits, input(1)));
  }

  @Test
  void apply_byLogitsAllGroupsKept_sameAsTopK() {
    double[] values = RandomArrays.normal(Seeds.random(2), 5 * 6);
    Logits logits = HandWorked.logits(6, values);
    TopK topK = TopK.sigmoid(3);
    RulePass expected = topK.apply(logits, input(5));
    RulePass actual =
        new DeepSeekV2(topK, ExpertGroups.none(), Selection.LOGITS).apply(logits, input(5));
    for (int n = 0; n < 15; n++) {
      assertEquals(expected.assignments().expert(n), actual.assignments().expert(n));
    }
    assertNear("weights", expected.assignments().weights(), actual.assignments().weights(), 0);
  }

  @Test
  void backward_groups_matchesDifferences() {
    TokenMask mask = TokenMask.of(true, true, true, false, true);
    double[] values = RandomArrays.normal(Seeds.random(1), 5 * 6);
    assertGradient(DeepSeekV2.of(2, 3, 2, 16), 6, values, () -> input(5));
    TopK normalized = new TopK(3, ScoreFunction.SOFTMAX, TopKNormalization.sum(1e-20), 1);
    assertGradient(
        new DeepSeekV2(normalized, ExpertGroups.byBest(3, 2)),
        6,
        values,
        () -> input(5).withMask(mask));
    assertGradient(
        new DeepSeekV2(normalized, ExpertGroups.byBestTwo(3, 2), Selection.LOGITS),
        6,
        values,
        () -> input(5).withMask(mask));
  }

  @Test
  void of_defaults_asPublished() {
    assertEquals(
        new DeepSeekV2(
            new TopK(6, ScoreFunction.SOFTMAX, TopKNormalization.none(), 16),
            new ExpertGroups(8, 3, 1, Outside.NEGATIVE_INFINITY),
            Selection.SCORES),
        DeepSeekV2.of(6, 8, 3, 16));
    DeepSeekV2.of(6, 8, 3, 16).requireFits(160);
  }

  @Test
  void any_doesNotFit_messageNamesRuleAndValue() {
    LinearGate gate = LinearGate.create(4, 2, DataType.FLOAT, 1);
    assertRefused(
        "groups must divide E = 4 but was 3",
        () -> GatedRouter.of(gate, DeepSeekV2.of(1, 3, 1, 1)));
    assertRefused(
        "k must be at most E = 4 but was 5", () -> GatedRouter.of(gate, DeepSeekV2.of(5, 2, 2, 1)));
    assertRefused(
        "kept groups must have at least k = 3 experts but have 2",
        () -> DeepSeekV2.of(3, 2, 1, 1).apply(LOGITS, input(3)));
    assertRefused(
        "outside must be NEGATIVE_INFINITY with LOGITS, which may be negative, but was ZERO",
        () ->
            new DeepSeekV2(TopK.of(2), new ExpertGroups(2, 1, 1, Outside.ZERO), Selection.LOGITS));
  }
}
