package io.github.moe4j.routing;

import static io.github.moe4j.routing.GShard.Second.ALL;
import static io.github.moe4j.routing.GShard.Second.NONE;
import static io.github.moe4j.routing.GShard.Second.RANDOM;
import static io.github.moe4j.routing.GShard.Second.SAMPLING;
import static io.github.moe4j.routing.GShard.Second.THRESHOLD;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.GShard.Second;
import io.github.moe4j.routing.GShard.Weights;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Hand-worked: logits are logarithms, so softmax is a ratio. */
class GShardTest {
  // token 0: 4 : 2 : 1 : 1 of 8, p = 1/2, 1/4, 1/8, 1/8; of the best two 2/3, 1/3
  // token 1: 1 : 1 : 6 : 2 of 10, p = .1, .1, .6, .2; of the best two (2 and 3) 3/4, 1/4
  private static final double[] RATIO = {4, 2, 1, 1, 1, 1, 6, 2};
  private static final double[] NORMALIZED = {2 / 3.0, 1 / 3.0, 0.75, 0.25};
  private static final double[] RAW = {0.5, 0.25, 0.6, 0.2};

  private static GShard rule(Second second, double threshold, boolean ofNormalized) {
    return new GShard(2, second, threshold, ofNormalized, ALL, Weights.RAW);
  }

  private static TokenBatch input() {
    return HandWorked.input(2);
  }

  private static RulePass apply(GShard rule, TokenBatch input) {
    double[] logits = Arrays.stream(RATIO).map(Math::log).toArray();
    return rule.apply(Logits.of(logits, 4, input.mask()), input);
  }

  private static RulePass train(GShard rule, double... uniforms) {
    RecordedUniforms given = new RecordedUniforms(uniforms);
    RulePass result = apply(rule, input().withMode(PassMode.training(given)));
    assertEquals(0, given.left(), "draws");
    return result;
  }

  /** Checks all four candidates, or those with a weight that is not NaN. */
  private static void assertMade(int[] experts, double[] weights, RulePass result) {
    Assignments made = result.assignments();
    int n = 0;
    for (int c = 0; c < experts.length; c++) {
      if (!Double.isNaN(weights[c])) {
        assertEquals(c * 2 / experts.length, made.token(n), "token of assignment " + n);
        assertEquals(experts[c], made.expert(n), "expert of assignment " + n);
        assertEquals(weights[c], made.weight(n), 1e-15, "weight of assignment " + n);
        n++;
      }
    }
    assertEquals(n, made.size());
  }

  private static final int[] BEST = {0, 1, 2, 3};

  private static double[] without(double[] weights, int... candidates) {
    double[] rest = weights.clone();
    for (int c : candidates) {
      rest[c] = Double.NaN;
    }
    return rest;
  }

  @Test
  void backward_eachKindOfWeights_matchesDifferences() {
    for (Weights weights : Weights.values()) {
      double[] scores = RandomArrays.normal(Seeds.random(1), 12);
      HandWorked.assertGradient(
          GShard.top2(ALL).withWeights(weights), 4, scores, () -> HandWorked.input(3));
    }
  }

  @Test
  void apply_equalProbabilities_boundariesAndTies() {
    // p = 1/4 of each: 1/4 / 0.5 = 0.5 is not above a draw of 0.5
    Logits equal = HandWorked.logits(4, 0, 0, 0, 0);
    TokenBatch half =
        HandWorked.input(1).withMode(PassMode.training(new RecordedUniforms(0.5, 0.5, 0.5, 0.5)));
    assertEquals(1, rule(RANDOM, 0.5, false).apply(equal, half).assignments().size());
    // equal sums of logit and noise: the lowest but the first choice
    TokenBatch noise =
        HandWorked.input(1).withMode(PassMode.training(new RecordedUniforms(0.5, 0.5, 0.5, 0.5)));
    assertEquals(1, rule(SAMPLING, 0.5, false).apply(equal, noise).assignments().expert(1));
  }

  @Test
  void apply_oneExpert_trainsWithNormalizedWeight() {
    GShard one = new GShard(1, ALL, 0.2, true, ALL, Weights.NORMALIZED);
    TokenBatch training = HandWorked.input(2).withMode(PassMode.training());
    assertEquals(
        2, one.apply(HandWorked.logits(1, 3, 4), training).assignments().size());
    assertRefused(
        "k must be at most E = 1 but was 2",
        () -> GShard.top2(ALL).apply(HandWorked.logits(1, 3, 4), HandWorked.input(2)));
    GShard.top2(ALL).requireFits(2);
  }

  @Test
  void apply_evaluation_keepsWhatItsPolicySays() {
    GShard rule = GShard.top2(RANDOM);
    assertMade(BEST, NORMALIZED, apply(rule, input()));
    assertMade(BEST, without(NORMALIZED, 1, 3), apply(rule.withEvaluation(NONE), input()));
    // normalized 1/3 and 1/4 are both above 0.2
    assertMade(BEST, NORMALIZED, apply(rule.withEvaluation(THRESHOLD), input()));
    GShard bare = GShard.nllb(RANDOM).withEvaluation(THRESHOLD);
    assertMade(BEST, without(RAW, 1, 3), apply(bare, input()));
  }

  @Test
  void apply_fixedPolicies_keepAllNoneOrAboveThreshold() {
    assertMade(BEST, RAW, train(rule(ALL, 0, false)));
    assertMade(BEST, without(RAW, 1, 3), train(rule(NONE, 0, false)));
    // bare 0.25 and 0.2 against 0.22; normalized 1/3 and 1/4 against 0.3
    assertMade(BEST, without(RAW, 3), train(rule(THRESHOLD, 0.22, false)));
    assertMade(BEST, without(RAW, 3), train(rule(THRESHOLD, 0.3, true)));
    // above, not at
    assertMade(BEST, without(RAW, 1, 3), train(rule(THRESHOLD, 0.25, false)));
  }

  @Test
  void apply_random_keepsBelowRatioToThreshold() {
    // bare over 0.5: 1/2 and 2/5
    assertMade(BEST, RAW, train(rule(RANDOM, 0.5, false), 0.49, 0.39));
    assertMade(BEST, without(RAW, 1), train(rule(RANDOM, 0.5, false), 0.51, 0.39));
    assertMade(BEST, without(RAW, 3), train(rule(RANDOM, 0.5, false), 0.49, 0.41));
    // normalized over 0.5: 2/3 and 1/2
    assertMade(BEST, RAW, train(rule(RANDOM, 0.5, true), 0.66, 0.49));
    assertMade(BEST, without(RAW, 1, 3), train(rule(RANDOM, 0.5, true), 0.67, 0.51));
    // of a threshold below both, always
    assertMade(BEST, NORMALIZED, train(GShard.top2(RANDOM), 0.999, 0.999));
  }

  @Test
  void apply_randomOfThree_drawsChoiceAfterChoice() {
    // token 0: 4, 2, 1 of 8, token 1: 6, 2, 1 of 10 (tie of 0 and 1: 0); over the threshold 1:
    // second 0.25, 0.2, third 0.125, 0.1. Draws: second of token 0, of token 1, third of 0, of 1
    GShard rule = new GShard(3, RANDOM, 1, false, ALL, Weights.RAW);
    int[] best = {0, 1, 2, 2, 3, 0};
    double[] p = {0.5, 0.25, 0.125, 0.6, 0.2, 0.1};
    assertMade(best, without(p, 4, 2), train(rule, 0.24, 0.21, 0.13, 0.09));
    assertMade(best, without(p, 1, 5), train(rule, 0.26, 0.19, 0.12, 0.11));
    // normalized weights are over all three, kept or not: 4, 2, 1 of 7 and 6, 2, 1 of 9
    double[] shares = {4 / 7.0, 2 / 7.0, 1 / 7.0, 6 / 9.0, 2 / 9.0, 1 / 9.0};
    assertMade(
        best,
        without(shares, 1, 5),
        train(rule.withWeights(Weights.NORMALIZED), 0.26, 0.19, 0.12, 0.11));
  }

  @Test
  void apply_sampling_secondByNoiseWeightWithoutIt() {
    // Gumbel noise of 0.5: 0.367, of 0.9: 2.250. Token 0: expert 0 is first whatever its noise;
    // ln 2 + 0.367 = 1.060, 0.367, 2.250: expert 3. Token 1: 0.367, 2.250, –, ln 2 + 0.367: expert
    // 1
    double[] uniforms = {0.99, 0.5, 0.5, 0.9, 0.5, 0.9, 0.99, 0.5};
    int[] chosen = {0, 3, 2, 1};
    assertMade(chosen, new double[] {0.5, 0.125, 0.6, 0.1}, train(GShard.nllb(SAMPLING), uniforms));
    // normalized with the sampled one: 4 : 1 and 6 : 1
    assertMade(
        chosen, new double[] {0.8, 0.2, 6 / 7.0, 1 / 7.0}, train(GShard.top2(SAMPLING), uniforms));
    // evaluation samples nothing
    assertMade(BEST, RAW, apply(GShard.nllb(SAMPLING), input()));
  }

  @Test
  void apply_firstNormalized_secondBare() {
    GShard rule = rule(ALL, 0, false).withWeights(Weights.FIRST_NORMALIZED);
    assertMade(BEST, new double[] {2 / 3.0, 0.25, 0.75, 0.2}, apply(rule, input()));
  }

  @Test
  void apply_padding_drawnForButNotRouted() {
    TokenBatch input = input().withMask(TokenMask.of(false, true));
    RecordedUniforms given = new RecordedUniforms(0.9, 0.39);
    Assignments made = apply(rule(RANDOM, 0.5, false), input.withMode(PassMode.training(given)))
        .assignments();
    assertEquals(0, given.left());
    assertEquals(2, made.size());
    assertEquals(1, made.token(1));
    assertEquals(3, made.expert(1));
    RecordedUniforms eight = new RecordedUniforms(0.9, 0.9, 0.9, 0.9, 0.5, 0.9, 0.99, 0.5);
    made =
        apply(GShard.nllb(SAMPLING), input.withMode(PassMode.training(eight))).assignments();
    assertEquals(0, eight.left());
    assertEquals(1, made.expert(1));
  }

  private static double[] backward(RulePass result, double... dWeights) {
    double[] dLogits = {1, 1, 1, 1, 1, 1, 1, 1};
    result.backward(
        RoutingGradient.ofWeights(dWeights), dLogits, NamedArrays.none().zeroGradients());
    return Arrays.copyOf(dLogits, 4);
  }

  @Test
  void backward_normalizedSecondDropped_stillThroughItsProbability() {
    // w = 4/(4 + 2), a sigmoid of l0 − l1: dw = w·(1 − w) = 2/9, times 9: 2 and −2, added to 1
    RulePass dropped = train(GShard.top2(NONE));
    assertNear("dLogits", new double[] {3, -1, 1, 1}, backward(dropped, 9, 0), 1e-14);
  }

  @Test
  void backward_firstNormalized_sumOfBoth() {
    // first as above; second p1 = 1/4: 32·1/4·(−1/2, 1 − 1/4, −1/8, −1/8) = (−4, 6, −1, −1)
    GShard rule = rule(ALL, 0, false).withWeights(Weights.FIRST_NORMALIZED);
    assertNear(
        "dLogits", new double[] {-1, 5, 0, 0}, backward(apply(rule, input()), 9, 32, 0, 0), 1e-14);
  }

  @Test
  void scores_any_probabilities() {
    double[] p = {0.5, 0.25, 0.125, 0.125, 0.1, 0.1, 0.6, 0.2};
    assertNear("p", p, train(GShard.top2(NONE)).scores().get(0).toArray(), 1e-15);
  }

  @Test
  void top2_defaults_asDocumented() {
    assertEquals(new GShard(2, RANDOM, 0.2, true, ALL, Weights.NORMALIZED), GShard.top2(RANDOM));
    assertEquals(NONE, GShard.top2(NONE).evaluation());
    assertEquals(new GShard(2, SAMPLING, 0.5, false, ALL, Weights.RAW), GShard.nllb(SAMPLING));
    assertEquals(THRESHOLD, GShard.nllb(THRESHOLD).evaluation());
  }

  @Test
  void any_wrongOptions_messageNamesRuleAndValue() {
    assertRefused(
        "k must be at least 1 but was 0", () -> new GShard(0, ALL, 0, false, ALL, Weights.RAW));
    assertRefused("threshold must be at least 0 but was -1.0", () -> rule(THRESHOLD, -1, false));
    assertRefused(
        "threshold must be above 0 with RANDOM but was 0.0", () -> rule(RANDOM, 0, false));
    assertRefused(
        "evaluation must be ALL, NONE or THRESHOLD, which draw no numbers, but was RANDOM",
        () -> GShard.top2(ALL).withEvaluation(RANDOM));
    assertRefused(
        "k must be 2 with SAMPLING but was 3",
        () -> new GShard(3, SAMPLING, 0, false, ALL, Weights.RAW));
    assertRefused(
        "k must be 2 with FIRST_NORMALIZED but was 1",
        () -> new GShard(1, ALL, 0, false, ALL, Weights.FIRST_NORMALIZED));
    assertRefused("k must be at most E = 1 but was 2", () -> GShard.top2(ALL).requireFits(1));
    assertRefused(
        "GShard draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> apply(GShard.top2(RANDOM), input().withMode(PassMode.training())));
    assertRefused(
        "k must be above 1 when training with normalized weights, since k = 1 gives the router"
            + " no gradient, but was 1",
        () -> train(new GShard(1, ALL, 0, false, ALL, Weights.NORMALIZED)));
  }
}
