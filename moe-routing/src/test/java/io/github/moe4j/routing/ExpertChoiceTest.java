package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.CapacityDemand;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.routing.ExpertChoice.Scores;
import io.github.moe4j.routing.ExpertChoice.TokenNorm;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.RoutingObjective;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Hand-worked: four tokens, three experts; logits are logarithms, so softmax is a ratio. */
@ExtendWith(Seeds.class)
class ExpertChoiceTest {
  // token 0: 2 : 1 : 5 of 8   token 1: 1 : 1 : 2 of 4
  // token 2: 3 : 3 : 3 of 9   token 3: 6 : 1 : 1 of 8
  private static final double[] RATIO = {2, 1, 5, 1, 1, 2, 3, 3, 3, 6, 1, 1};

  private static TokenBatch input(TokenMask mask) {
    return TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, mask.tokens(), 1)).withMask(mask);
  }

  private static Logits logits(TokenMask mask) {
    return Logits.of(Arrays.stream(RATIO).map(Math::log).toArray(), 3, mask);
  }

  private static RulePass apply(ExpertChoice rule) {
    TokenMask all = TokenMask.none(4);
    return rule.apply(logits(all), input(all));
  }

  private static ExpertChoice rule(Scores scores, int limit, TokenNorm norm) {
    return new ExpertChoice(scores, CapacityFormula.fixed(limit), false, norm, 1);
  }

  private static void assertMade(RulePass result, int[][] pairs, double... weights) {
    Assignments made = result.assignments();
    int[][] actual = new int[made.size()][];
    Arrays.setAll(actual, n -> new int[] {made.token(n), made.expert(n)});
    assertEquals(Arrays.deepToString(pairs), Arrays.deepToString(actual));
    assertNear("weights", weights, made.weights(), 1e-14);
  }

  @Test
  void apply_softmaxOverExperts_eachExpertTakesItsBest() {
    // columns: 2/8 1/4 3/9 6/8 | 1/8 1/4 3/9 1/8 | 5/8 2/4 3/9 1/8; ceil(4/3 · 1.5) = 2 each:
    // expert 0: tokens 3, 2   expert 1: tokens 2, 1   expert 2: tokens 0, 1
    double third = 1.0 / 3;
    assertMade(
        apply(ExpertChoice.of(1.5)),
        new int[][] {{0, 2}, {1, 2}, {1, 1}, {2, 0}, {2, 1}, {3, 0}},
        0.625,
        0.5,
        0.25,
        third,
        third,
        0.75);
  }

  @Test
  void apply_sum_dividedByTokensChosenScores() {
    // token 1: 2/4 and 1/4 of 3/4   token 2: 1/3 and 1/3 of 2/3   tokens 0 and 3 have one expert
    assertMade(
        apply(rule(Scores.SOFTMAX_OVER_EXPERTS, 2, TokenNorm.SUM)),
        new int[][] {{0, 2}, {1, 2}, {1, 1}, {2, 0}, {2, 1}, {3, 0}},
        1 / (1 + 1e-12 / 0.625),
        0.5 / (0.75 + 1e-12),
        0.25 / (0.75 + 1e-12),
        1 / (2 + 3e-12),
        1 / (2 + 3e-12),
        1 / (1 + 1e-12 / 0.75));
  }

  @Test
  void apply_softmaxOverTokens_dividedByExpertsOfToken() {
    // expert 0: 2 : 1 : 3 : 6 of 12   expert 1: 1 : 1 : 3 : 1 of 6   expert 2: 5 : 2 : 3 : 1 of 11
    // the best two: 3, 2 | 2, 0 (a tie of 0, 1 and 3) | 0, 2
    int[][] pairs = {{0, 2}, {0, 1}, {2, 1}, {2, 2}, {2, 0}, {3, 0}};
    double[] scores = {5 / 11.0, 1 / 6.0, 3 / 6.0, 3 / 11.0, 3 / 12.0, 6 / 12.0};
    assertMade(apply(ExpertChoice.overTokens(2)), pairs, scores);
    // token 0 has 2 experts, token 2 has 3, token 3 has 1, token 1 none
    double[] counted = {
      scores[0] / 2, scores[1] / 2, scores[2] / 3, scores[3] / 3, scores[4] / 3, scores[5]
    };
    assertMade(apply(rule(Scores.SOFTMAX_OVER_TOKENS, 2, TokenNorm.COUNT)), pairs, counted);
  }

  @Test
  void apply_sigmoid_eachScoreAlone() {
    // r/(1 + r): the largest ratios are 6 (token 3), 3 (token 2), 5 (token 0)
    assertMade(
        apply(rule(Scores.SIGMOID, 1, TokenNorm.NONE)),
        new int[][] {{0, 2}, {2, 1}, {3, 0}},
        5 / 6.0,
        3 / 4.0,
        6 / 7.0);
  }

  @Test
  void apply_softmaxOverRanks_acrossTheExpertsOfOneRank() {
    // rank 0: token 3 with 6, token 2 with 3, token 0 with 5, of 14
    // rank 1: token 2 with 3, token 0 with 1, token 2 with 3, of 7
    assertMade(
        apply(rule(Scores.SOFTMAX_OVER_RANKS, 2, TokenNorm.NONE)),
        new int[][] {{0, 2}, {0, 1}, {2, 0}, {2, 2}, {2, 1}, {3, 0}},
        5 / 14.0,
        1 / 7.0,
        3 / 7.0,
        3 / 7.0,
        3 / 14.0,
        6 / 14.0);
  }

  @Test
  void apply_scale_onAllWeights() {
    ExpertChoice rule =
        new ExpertChoice(Scores.SIGMOID, CapacityFormula.fixed(1), false, TokenNorm.NONE, 2);
    assertNear(
        "weights",
        new double[] {10 / 6.0, 6 / 4.0, 12 / 7.0},
        apply(rule).assignments().weights(),
        1e-14);
  }

  @Test
  void apply_perSequence_eachSequenceSharedOutAlone() {
    // ceil(2/3 · 1) = 1 token of each sequence for every expert
    TokenMask all = TokenMask.none(4);
    ExpertChoice rule = ExpertChoice.nucleus(Scores.SIGMOID, 1, 1);
    RulePass result = rule.apply(logits(all), input(all).withSequenceLength(2));
    // sequence 0: 2 > 1, 1 = 1, 5 > 2: token 0 thrice; sequence 1: 3 < 6, 3 > 1, 3 > 1
    int[] token = new int[6];
    Arrays.setAll(token, n -> result.assignments().token(n));
    assertArrayEquals(new int[] {0, 0, 0, 2, 2, 3}, token);
    assertArrayEquals(new int[] {2, 2, 2}, result.assignments().countPerExpert());
  }

  /** Softmax over tokens and over ranks does not mix sequences. */
  @Test
  void apply_perSequence_weightsOfEachSequenceAlone() {
    double[] values = RandomArrays.normal(Seeds.random(1), 12 * 3);
    for (Scores scores : List.of(Scores.SOFTMAX_OVER_TOKENS, Scores.SOFTMAX_OVER_RANKS)) {
      ExpertChoice rule =
          new ExpertChoice(scores, CapacityFormula.fixed(2), true, TokenNorm.NONE, 1);
      double[] expected = {};
      for (int from = 0; from < values.length; from += 12) {
        TokenMask four = TokenMask.none(4);
        Logits logits = Logits.of(Arrays.copyOfRange(values, from, from + 12), 3, four);
        double[] weights =
            rule.apply(logits, input(four).withSequenceLength(4)).assignments().weights();
        expected =
            DoubleStream.concat(Arrays.stream(expected), Arrays.stream(weights)).toArray();
      }
      TokenMask all = TokenMask.none(12);
      RulePass result = rule.apply(Logits.of(values, 3, all), input(all).withSequenceLength(4));
      assertNear("weights", expected, result.assignments().weights(), 1e-14);
    }
  }

  @Test
  void apply_always_sameLoadForEveryExpert() {
    for (Scores scores : Scores.values()) {
      double[] values = RandomArrays.normal(Seeds.random(1), 40 * 5);
      TokenMask mask = RandomArrays.mask(Seeds.random(2), 40);
      RulePass result =
          rule(scores, 7, TokenNorm.NONE).apply(Logits.of(values, 5, mask), input(mask));
      assertArrayEquals(new int[] {7, 7, 7, 7, 7}, result.assignments().countPerExpert());
    }
  }

  @Test
  void apply_padding_neitherTakenNorInSoftmaxNorInCapacity() {
    // the real tokens are 1 and 3; for expert 0 they are 1 : 6 of 7
    TokenMask mask = TokenMask.of(false, true, false, true);
    RulePass result =
        rule(Scores.SOFTMAX_OVER_TOKENS, 9, TokenNorm.NONE).apply(logits(mask), input(mask));
    assertMade(
        result,
        new int[][] {{1, 2}, {1, 1}, {1, 0}, {3, 0}, {3, 1}, {3, 2}},
        2 / 3.0,
        1 / 2.0,
        1 / 7.0,
        6 / 7.0,
        1 / 2.0,
        1 / 3.0);
  }

  @Test
  void apply_tiedTokens_lowestFirst() {
    TokenMask all = TokenMask.none(4);
    Logits zero = Logits.of(new double[] {0, 0, -0.0, 0, 0, 0, 0, 0}, 2, all);
    for (Scores scores : Scores.values()) {
      RulePass result = rule(scores, 2, TokenNorm.NONE).apply(zero, input(all));
      int[] token = new int[4];
      Arrays.setAll(token, n -> result.assignments().token(n));
      assertArrayEquals(new int[] {0, 0, 1, 1}, token, scores.name());
    }
  }

  @Test
  void apply_capacityFormula_seesTheGroup() {
    List<CapacityDemand> seen = new ArrayList<>();
    CapacityFormula spy = demand -> {
      seen.add(demand);
      return 1;
    };
    TokenMask mask = TokenMask.of(true, false, true, true);
    new ExpertChoice(Scores.SIGMOID, spy, true, TokenNorm.NONE, 1)
        .apply(logits(mask), input(mask).withSequenceLength(2).withMode(PassMode.training()));
    assertEquals(
        List.of(new CapacityDemand(1, 2, 1, 1, 3, true), new CapacityDemand(2, 2, 2, 2, 3, true)),
        seen);
  }

  @Test
  void backward_everyOption_matchesDifferences() {
    TokenMask mask = TokenMask.of(true, true, false, true, true, true, false, true);
    double[] values = RandomArrays.normal(Seeds.random(1), 8 * 3);
    TokenBatch input = input(mask).withSequenceLength(4);
    for (Scores scores : Scores.values()) {
      for (TokenNorm norm : TokenNorm.values()) {
        for (boolean perSequence : new boolean[] {false, true}) {
          requireGradient(
              new ExpertChoice(scores, CapacityFormula.fixed(2), perSequence, norm, 1.5),
              values,
              input);
        }
      }
    }
  }

  @Test
  void apply_capacityZero_nothingChosen() {
    ExpertChoice none =
        new ExpertChoice(Scores.SOFTMAX_OVER_EXPERTS, demand -> 0, false, TokenNorm.NONE, 1);
    assertEquals(0, apply(none).assignments().size());
  }

  private static void requireGradient(ExpertChoice rule, double[] values, TokenBatch input) {
    RulePass result = rule.apply(Logits.of(values, 3, input.mask()), input);
    RoutingObjective objective = RoutingObjective.random(decision(result, input), Seeds.random(2));
    double[] dLogits = new double[values.length];
    result.backward(objective.gradient(), dLogits, rule.parameters().zeroGradients());
    for (int i = 0; i < dLogits.length; i++) {
      if (!input.mask().valid(i / 3)) {
        assertAllZero("gradient of padding", new double[] {dLogits[i]});
      }
    }
    GradientCheck.of(() ->
            objective.value(decision(rule.apply(Logits.of(values, 3, input.mask()), input), input)))
        .add(rule.toString(), values, dLogits)
        .assertCorrect();
  }

  private static RouterDecision decision(RulePass result, TokenBatch input) {
    return RouterDecision.of(input, result.assignments(), null, null)
        .with(result.scores().get(0));
  }

  @Test
  void apply_badOptions_throw() {
    assertThrows(IllegalArgumentException.class, () -> ExpertChoice.of(0));
    assertThrows(IllegalArgumentException.class, () -> ExpertChoice.overTokens(-1));
    assertThrows(
        IllegalArgumentException.class, () -> ExpertChoice.nucleus(Scores.SIGMOID, 1, Double.NaN));
    ExpertChoice negative =
        new ExpertChoice(Scores.SIGMOID, demand -> -1, false, TokenNorm.NONE, 1);
    assertThrows(IllegalArgumentException.class, () -> apply(negative));
  }
}
