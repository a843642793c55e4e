package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Hand-worked: four tokens, three experts; logits are logarithms, so softmax is a ratio. */
@ExtendWith(Seeds.class)
class TopKTest {
  // token 0: 2 : 1 : 5 of 8   token 1: 1 : 1 : 2 of 4
  // token 2: 3 : 3 : 3 of 9   token 3: 6 : 1 : 1 of 8
  private static final double[] RATIO = {2, 1, 5, 1, 1, 2, 3, 3, 3, 6, 1, 1};

  private static TokenBatch input(int tokens) {
    return TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, tokens, 1));
  }

  private static Logits logits(TokenMask mask) {
    double[] values = new double[RATIO.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.log(RATIO[i]);
    }
    return Logits.of(values, 3, mask);
  }

  private static RulePass apply(RoutingRule rule) {
    return rule.apply(logits(TokenMask.none(4)), input(4));
  }

  private static void assertMade(int[] experts, double[] weights, RulePass result) {
    Assignments made = result.assignments();
    assertEquals(experts.length, made.size());
    int[] actual = new int[experts.length];
    for (int n = 0; n < actual.length; n++) {
      assertEquals(n * 4 / actual.length, made.token(n), "token of assignment " + n);
      actual[n] = made.expert(n);
    }
    assertArrayEquals(experts, actual);
    assertNear("weights", weights, made.weights(), 1e-15);
  }

  @Test
  void apply_unnormalized_probabilitiesAsTheyAre() {
    // token 0: 5/8, 2/8   token 1: 2/4, 1/4 (tie of 0 and 1: 0)   token 2: 3/9, 3/9   token 3: 6/8,
    // 1/8
    double third = 1.0 / 3;
    assertMade(
        new int[] {2, 0, 2, 0, 0, 1, 0, 1},
        new double[] {0.625, 0.25, 0.5, 0.25, third, third, 0.75, 0.125},
        apply(TopK.unnormalized(2)));
  }

  @Test
  void apply_renormalized_sumToOne() {
    // token 0: 5 : 2 of 7   token 1: 2 : 1 of 3   token 2: 1 : 1 of 2   token 3: 6 : 1 of 7
    double[] weights = {5 / 7.0, 2 / 7.0, 2 / 3.0, 1 / 3.0, 0.5, 0.5, 6 / 7.0, 1 / 7.0};
    assertMade(new int[] {2, 0, 2, 0, 0, 1, 0, 1}, weights, apply(TopK.of(2)));
    // the softmax over the chosen logits is the same
    assertMade(new int[] {2, 0, 2, 0, 0, 1, 0, 1}, weights, apply(TopK.softmaxAfter(2)));
  }

  @Test
  void apply_scaled_weightsTimesScale() {
    double[] weights = {1.25, 0.5, 1, 0.5, 2 / 3.0, 2 / 3.0, 1.5, 0.25};
    assertMade(
        new int[] {2, 0, 2, 0, 0, 1, 0, 1}, weights, apply(TopK.unnormalized(2).withScale(2)));
    assertMade(
        new int[] {2, 2, 0, 0},
        new double[] {2.5, 2.5, 2.5, 2.5},
        apply(TopK.of(1).withScale(2.5)));
  }

  @Test
  void apply_switch_bestExpertWithItsProbability() {
    assertMade(
        new int[] {2, 2, 0, 0}, new double[] {0.625, 0.5, 1.0 / 3, 0.75}, apply(new Switch()));
  }

  @Test
  void apply_allExperts_softmaxInOrderOfSize() {
    double third = 1.0 / 3;
    assertMade(
        new int[] {2, 0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 2},
        new double[] {0.625, 0.25, 0.125, 0.5, 0.25, 0.25, third, third, third, 0.75, 0.125, 0.125},
        apply(TopK.of(3)));
  }

  @Test
  void apply_any_fullDistributionForLosses() {
    double third = 1.0 / 3;
    double[] p = {0.25, 0.125, 0.625, 0.25, 0.25, 0.5, third, third, third, 0.75, 0.125, 0.125};
    for (RoutingRule rule :
        List.of(TopK.of(2), TopK.unnormalized(1), TopK.softmaxAfter(2), new Switch())) {
      assertNear("probabilities", p, apply(rule).scores().get(0).toArray(), 1e-15);
    }
  }

  @Test
  void apply_padding_skipped() {
    TokenMask mask = TokenMask.of(false, true, false, true);
    RulePass result = TopK.of(1).apply(logits(mask), input(4).withMask(mask));
    assertEquals(2, result.assignments().size());
    assertEquals(1, result.assignments().token(0));
    assertEquals(2, result.assignments().expert(0));
    assertEquals(3, result.assignments().token(1));
    assertEquals(0, result.assignments().expert(1));
  }

  @Test
  void backward_handWorked_softmaxJacobian() {
    // token 3, unnormalized k 1: w = p0 = 3/4; dw/dlogits = p0·(1−p0, −p1, −p2)
    //   = 3/4·(1/4, −1/8, −1/8) = (3/16, −3/32, −3/32); times dw 32: 6, −3, −3, added to 1
    double[] dLogits = new double[12];
    java.util.Arrays.fill(dLogits, 1);
    apply(TopK.unnormalized(1))
        .backward(
            RoutingGradient.ofWeights(new double[] {0, 0, 0, 32}),
            dLogits,
            NamedArrays.none().zeroGradients());
    double[] expected = {1, 1, 1, 1, 1, 1, 1, 1, 1, 7, -2, -2};
    assertNear("dLogits", expected, dLogits, 1e-14);
  }

  @Test
  void apply_largeNormOrSmallScores_sharesOfTheLargest() {
    // the p-norm for large p is the maximum: weights 1 and (1/3)/(2/3)
    TopK largest = new TopK(2, ScoreFunction.SOFTMAX, TopKNormalization.norm(1e6), 1);
    RulePass result = largest.apply(HandWorked.ratios(2, 1, 2), HandWorked.input(1));
    assertNear("weights", new double[] {1, 0.5}, result.assignments().weights(), 1e-12);
    // sigmoids of e^−600, whose squares underflow: 1/√2 each
    TopK square = new TopK(2, ScoreFunction.SIGMOID, TopKNormalization.norm(2), 1);
    RulePass small = square.apply(HandWorked.logits(2, -600, -600), HandWorked.input(1));
    double half = Math.sqrt(0.5);
    assertNear("weights", new double[] {half, half}, small.assignments().weights(), 1e-12);
  }

  @Test
  void apply_sumBelowFloor_sharesOfTheFloorAndNoGradientThroughTheSum() {
    // p = 2/5, 1/5, 2/5; the chosen two sum to 0.8
    RulePass above = softmaxAtLeast(0.75).apply(HandWorked.ratios(3, 2, 1, 2), HandWorked.input(1));
    assertNear("weights", new double[] {0.5, 0.5}, above.assignments().weights(), 1e-15);
    RulePass below = softmaxAtLeast(1.6).apply(HandWorked.ratios(3, 2, 1, 2), HandWorked.input(1));
    assertNear("weights", new double[] {0.25, 0.25}, below.assignments().weights(), 1e-15);
    // dp = 1/1.6 for the first alone: dlogit = p·(dp − Σ p·dp), Σ p·dp = 0.4/1.6 = 0.25
    double[] dLogits = new double[3];
    below.backward(
        RoutingGradient.ofWeights(new double[] {1, 0}),
        dLogits,
        NamedArrays.none().zeroGradients());
    assertNear(
        "dlogits", new double[] {0.4 * (0.625 - 0.25), -0.2 * 0.25, -0.4 * 0.25}, dLogits, 1e-15);
  }

  private static TopK softmaxAtLeast(double floor) {
    return new TopK(2, ScoreFunction.SOFTMAX, TopKNormalization.sumAtLeast(floor), 1);
  }

  @Test
  void backward_sigmoidsAlmostVanish_gradientOfDistributionFinite() {
    // s ≈ e^x: the distribution is the softmax, p = ½ each, dlogit = p·(dp − Σ p·dp) = ±5
    RulePass result =
        TopK.sigmoid(1).apply(HandWorked.logits(2, -708.5, -708.5), HandWorked.input(1));
    double[] dLogits = new double[2];
    result.backward(
        RoutingGradient.ofProbabilities(new double[] {10, -10}),
        dLogits,
        NamedArrays.none().zeroGradients());
    assertNear("dLogits", new double[] {5, -5}, dLogits, 1e-9);
  }

  @Test
  void backward_renormalizedOfOne_zero() {
    double[] dLogits = new double[12];
    apply(TopK.of(1))
        .backward(
            RoutingGradient.ofWeights(new double[] {1, 2, 3, 4}),
            dLogits,
            NamedArrays.none().zeroGradients());
    assertNear("dLogits", new double[12], dLogits, 1e-15);
  }

  @Test
  void weigh_givenChoice_sameFormulaForOtherExperts() {
    // the two worst: token 0: 1 : 2 of 3   token 1: 1 : 1   token 2: 1 : 1   token 3: 1 : 1
    int[] chosen = {1, 0, 1, 0, 2, 1, 2, 1};
    int[] before = chosen.clone();
    RulePass result = TopK.of(2).weigh(logits(TokenMask.none(4)), input(4), chosen);
    assertMade(chosen, new double[] {1 / 3.0, 2 / 3.0, .5, .5, .5, .5, .5, .5}, result);
    assertArrayEquals(before, chosen);
  }

  @Test
  void weigh_ownChoice_sameAsApply() {
    for (TopK rule : List.of(
        TopK.of(2),
        TopK.unnormalized(2),
        TopK.of(2).withScale(3),
        TopK.sigmoid(2),
        new TopK(2, ScoreFunction.SIGMOID, TopKNormalization.sum(0.1), 2.5),
        new TopK(2, ScoreFunction.SQRT_SOFTPLUS, TopKNormalization.sum(), 1),
        new TopK(2, ScoreFunction.SOFTMAX, TopKNormalization.norm(3), 1))) {
      Assignments made = apply(rule).assignments();
      int[] chosen = new int[made.size()];
      for (int n = 0; n < chosen.length; n++) {
        chosen[n] = made.expert(n);
      }
      assertMade(chosen, made.weights(), rule.weigh(logits(TokenMask.none(4)), input(4), chosen));
    }
  }

  @Test
  void weigh_randomChoice_gradientMatchesDifferences() {
    double[] scores = RandomArrays.normal(Seeds.random(1), 12);
    double[] wWeights = RandomArrays.normal(Seeds.random(2), 6);
    double[] wP = RandomArrays.normal(Seeds.random(3), 12);
    TokenMask mask = TokenMask.of(true, false, true, true);
    TokenBatch input = input(4).withMask(mask);
    int[] chosen = {0, 2, 2, 1, 1, 0};
    for (TopK rule : List.of(
        TopK.of(2),
        TopK.unnormalized(2),
        TopK.of(2).withScale(3),
        TopK.sigmoid(2),
        new TopK(2, ScoreFunction.SIGMOID, TopKNormalization.sum(0.1), 2.5),
        new TopK(2, ScoreFunction.SQRT_SOFTPLUS, TopKNormalization.sum(), 1),
        new TopK(2, ScoreFunction.SOFTMAX, TopKNormalization.norm(3), 1))) {
      double[] dLogits = new double[12];
      rule.weigh(Logits.of(scores, 3, mask), input, chosen)
          .backward(
              RoutingGradient.ofWeights(wWeights).plus(RoutingGradient.ofProbabilities(wP)),
              dLogits,
              NamedArrays.none().zeroGradients());
      GradientCheck.of(() -> {
            RulePass now = rule.weigh(Logits.of(scores, 3, mask), input, chosen);
            return GradientCheck.weightedSum(now.assignments().weights(), wWeights)
                + GradientCheck.weightedSum(now.scores().get(0).toArray(), wP);
          })
          .add("logits", scores, dLogits)
          .assertCorrect();
    }
  }

  /** Enough rows for several threads and several blocks of each. */
  @Test
  void choose_manyTokens_asEachAlone() {
    int tokens = 12_000;
    double[] scores = RandomArrays.normal(Seeds.random(5), 3 * tokens);
    boolean[] valid = new boolean[tokens];
    for (int t = 0; t < tokens; t++) {
      valid[t] = t % 3 != 1;
    }
    for (TokenMask mask : List.of(TokenMask.none(tokens), TokenMask.of(valid))) {
      int[] expected = new int[2 * mask.validTokens()];
      int n = 0;
      for (int t = 0; t < tokens; t++) {
        if (mask.valid(t)) {
          int first = 0;
          int least = 0;
          for (int e = 1; e < 3; e++) {
            first = scores[3 * t + e] > scores[3 * t + first] ? e : first;
            least = scores[3 * t + e] <= scores[3 * t + least] ? e : least;
          }
          expected[n++] = first;
          expected[n++] = 3 - first - least;
        }
      }
      TopK rule = TopK.of(2);
      assertArrayEquals(expected, rule.choose(scores, 3, mask));
      assertArrayEquals(expected, rule.choose(Logits.of(scores, 3, mask), mask));
    }
  }

  @Test
  void normalization_atTheFloor_gradientOfTheSum() {
    TopKNormalization floor = TopKNormalization.sumAtLeast(0.5);
    double[] dScores = new double[2];
    // w = s/(s0 + s1): dw0/ds0 = 1/S − s0/S² = 2 − 1, dw0/ds1 = −s0/S² = −1
    floor.backward(new double[] {0.25, 0.25}, 0, 2, new double[] {1, 0}, dScores);
    assertArrayEquals(new double[] {1, -1}, dScores);
    // below it the divisor is constant
    floor.backward(new double[] {0, 0}, 0, 2, new double[] {1, 3}, dScores);
    assertArrayEquals(new double[] {2, 6}, dScores);
    // all scores 0: weights 0, and no gradient
    TopKNormalization.sum(0.1).backward(new double[] {0, 0}, 0, 2, new double[] {1, 3}, dScores);
    assertArrayEquals(new double[2], dScores);
  }

  @Test
  void distribution_sumOfScoresZero_allEqual() {
    TokenMask mask = TokenMask.none(1);
    Logits vanishing = Logits.of(new double[] {-1000, -1000, -1000, -1000}, 4, mask);
    assertArrayEquals(
        new double[] {.25, .25, .25, .25},
        ScoreFunction.SIGMOID.distribution(vanishing, mask).toArray());
  }

  @Test
  void weigh_wrongChoice_throws() {
    Logits logits = logits(TokenMask.none(4));
    assertMessage(
        "chosen must have k experts per real token: 3 != 8",
        () -> TopK.of(2).weigh(logits, input(4), new int[3]));
    assertMessage(
        "chosen of token 3 must be in [0, 3) but was 3",
        () -> TopK.of(1).weigh(logits, input(4), new int[] {0, 1, 2, 3}));
    assertMessage(
        "chosen of token 1 must be in [0, 3) but was -1",
        () -> TopK.of(1).weigh(logits, input(4), new int[] {0, -1, 2, 2}));
    assertMessage(
        "chosen of token 1 must be distinct but has 2 twice",
        () -> TopK.of(2).weigh(logits, input(4), new int[] {0, 1, 2, 2, 0, 1, 0, 1}));
  }

  @Test
  void weigh_choiceWithoutProbability_weightsStillSumToOne() {
    TokenMask mask = TokenMask.none(1);
    Logits logits = Logits.of(new double[] {900, 1, 1}, 3, mask);
    RulePass result = TopK.of(2).weigh(logits, input(1), new int[] {1, 2});
    assertNear("weights", new double[] {0.5, 0.5}, result.assignments().weights(), 1e-15);
  }

  @Test
  void apply_oneChoiceSummingToOneInTraining_refused() {
    Logits logits = logits(TokenMask.none(4));
    TokenBatch training = input(4).withMode(PassMode.training());
    String rule =
        "k must be above 1 when training with normalized weights, since k = 1 gives the router"
            + " no gradient, but was 1";
    assertMessage(rule, () -> TopK.of(1).apply(logits, training));
    assertMessage(rule, () -> TopK.softmaxAfter(1).apply(logits, training));
    // fine: evaluation, more choices, the raw probability, a single expert
    assertEquals(4, TopK.of(1).apply(logits, input(4)).assignments().size());
    assertEquals(8, TopK.of(2).apply(logits, training).assignments().size());
    assertEquals(8, TopK.softmaxAfter(2).apply(logits, training).assignments().size());
    assertEquals(4, TopK.unnormalized(1).apply(logits, training).assignments().size());
    assertEquals(4, new Switch().apply(logits, training).assignments().size());
    Logits one = Logits.of(new double[4], 1, TokenMask.none(4));
    assertEquals(4, TopK.of(1).apply(one, training).assignments().size());
  }

  @Test
  void any_wrongOptions_messageNamesRuleAndValue() {
    assertMessage("k must be at least 1 but was 0", () -> TopK.of(0));
    assertMessage(
        "scale must be finite but was NaN", () -> TopK.unnormalized(1).withScale(Double.NaN));
    assertMessage(
        "power of the weight norm must be 0 or at least 1 but was 0.5",
        () -> new TopKNormalization(0.5, 0));
    assertMessage(
        "epsilon of the weight norm must be at least 0 but was -1.0",
        () -> TopKNormalization.sum(-1));
    assertMessage(
        "floor of the weight norm must be at least 0 but was NaN",
        () -> TopKNormalization.sumAtLeast(Double.NaN));
    assertMessage("p must be at least 1 but was 0.0", () -> TopKNormalization.norm(0));
    assertEquals(TopKNormalization.sum(), TopKNormalization.norm(1));
    assertMessage("k must be at most E = 3 but was 4", () -> apply(TopK.of(4)));
    LinearGate gate = LinearGate.create(3, 2, DataType.FLOAT, 1);
    assertMessage("k must be at most E = 3 but was 4", () -> GatedRouter.of(gate, TopK.of(4)));
  }

  @Test
  void of_defaults_asDocumented() {
    ScoreFunction softmax = ScoreFunction.SOFTMAX;
    assertEquals(new TopK(2, softmax, new TopKNormalization(1, 0), 1), TopK.of(2));
    assertEquals(new TopK(2, softmax, new TopKNormalization(0, 0), 1), TopK.unnormalized(2));
    assertEquals(TopK.of(2), TopK.softmaxAfter(2));
    assertEquals(
        new TopK(2, ScoreFunction.SIGMOID, new TopKNormalization(0, 0), 1), TopK.sigmoid(2));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  @Test
  void choose_moreThanThereAre_isRefused() {
    assertMessage(
        "k must be at most E = 2 but was 3",
        () -> TopK.of(3).choose(new double[4], 2, TokenMask.none(2)));
  }
}
