package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;

/** Hand-worked: scores are logarithms, so a softmax is a ratio. */
class SparseMixerTest {
  // Relative distances from the best, ln 8: 0, ln 2/ln 8 = 1/3, 2/3, 1. Without it, from ln 4: 0,
  // 1/2, 1.
  private static final double[] SCORES = logs(8, 4, 2, 1);

  // Experts take part up to 2·0.3 = 0.6: first the ratio 8 : 4, then 4 : 2.
  private static final SparseMixer RULE = new SparseMixer(0.3);

  private static double[] logs(double... values) {
    return java.util.Arrays.stream(values).map(Math::log).toArray();
  }

  private static RulePass apply(SparseMixer rule, double... scores) {
    return rule.apply(Logits.of(scores, scores.length, TokenMask.none(1)), input(1));
  }

  private static RulePass train(RecordedUniforms uniforms) {
    return RULE.apply(
        Logits.of(SCORES, 4, TokenMask.none(1)), input(1).withMode(PassMode.training(uniforms)));
  }

  private static void assertMade(int[] experts, double[] weights, Assignments made) {
    assertEquals(experts.length, made.size());
    for (int n = 0; n < experts.length; n++) {
      assertEquals(n / 2, made.token(n), "token of assignment " + n);
      assertEquals(experts[n], made.expert(n), "expert of assignment " + n);
    }
    assertNear("weights", weights, made.weights(), 1e-15);
  }

  private static double[] backward(RulePass result, double... dWeights) {
    double[] dLogits = {1, 1, 1, 1};
    result.backward(
        RoutingGradient.ofWeights(dWeights), dLogits, NamedArrays.none().zeroGradients());
    return dLogits;
  }

  @Test
  void apply_evaluation_softmaxOverThoseNearTheBest() {
    // 8 : 4 gives 2/3; then 4 : 2 gives 2/3
    assertMade(
        new int[] {0, 1}, new double[] {2 / 3.0, 2 / 3.0}, apply(RULE, SCORES).assignments());
    // up to 0.4: 8 : 4 as before; then 4 alone, since 1/2 is too far
    assertMade(
        new int[] {0, 1},
        new double[] {2 / 3.0, 1},
        apply(new SparseMixer(0.2), SCORES).assignments());
    // up to 0: each best alone
    assertMade(
        new int[] {0, 1}, new double[] {1, 1}, apply(new SparseMixer(0), SCORES).assignments());
  }

  @Test
  void apply_lowScores_distanceRelativeToTheirSize() {
    // (1 − (−3))/max(3, 1) = 4/3 takes part up to 1.4; relative to the maximum, 1, it would be 4
    double share = 1 / (1 + Math.exp(-4));
    assertMade(
        new int[] {0, 1},
        new double[] {share, 1},
        apply(new SparseMixer(0.7), 1, -3).assignments());
    // both negative: (−1 + 3)/3 = 2/3
    double both = 1 / (1 + Math.exp(-2));
    assertMade(
        new int[] {1, 0},
        new double[] {both, 1},
        apply(new SparseMixer(0.34), -3, -1).assignments());
    assertMade(
        new int[] {1, 0},
        new double[] {1, 1},
        apply(new SparseMixer(0.33), -3, -1).assignments());
  }

  @Test
  void apply_zeroScores_allTakePart() {
    assertMade(
        new int[] {0, 1},
        new double[] {1 / 4.0, 1 / 3.0},
        apply(RULE, 0, 0, 0, 0).assignments());
  }

  @Test
  void apply_training_samplesAmongThoseNearTheBest() {
    // −ln X for uniforms 0.9, 0.1: X = 2.303 and 0.105, so ln 8 − 0.834 = 1.245, ln 4 + 2.250 =
    // 3.637;
    // 0.001 would give ln 2 + 6.907, but that expert is too far from the best.
    // m = 4/12; not the best, so 0.76 leaves it and 0.75 makes it 0.3333·m
    // Second, without expert 1: only expert 0, m = 1; it is the best, whatever is drawn.
    double[] noise = {0.9, 0.1, 0.001, 0.5, 0.76, 0.5, 0.5, 0.001, 0.5, 0.1};
    RecordedUniforms uniforms = new RecordedUniforms(noise);
    assertMade(new int[] {1, 0}, new double[] {1 / 3.0, 1}, train(uniforms).assignments());
    assertEquals(0, uniforms.left());
    noise[4] = 0.75;
    assertMade(
        new int[] {1, 0},
        new double[] {0.3333 / 3.0, 1},
        train(new RecordedUniforms(noise)).assignments());
    // the best is sampled: full weight even so; then expert 2 with −ln 0.001, 2/6, and 0.1
    noise[0] = 0.01;
    assertMade(
        new int[] {0, 2},
        new double[] {2 / 3.0, 0.3333 / 3.0},
        train(new RecordedUniforms(noise)).assignments());
  }

  @Test
  void apply_trainingWithPadding_drawsForItToo() {
    // the draws of the padded token 0 come first in each block
    double[] noise = {
      0.9, 0.9, 0.9, 0.9, 0.9, 0.1, 0.001, 0.5, // exponentials of the first choice
      0.9, 0.75, // its uniform numbers
      0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 0.001, 0.5, // and of the second
      0.9, 0.1
    };
    double[] scores = new double[8];
    java.util.Arrays.fill(scores, 0, 4, Double.NaN);
    System.arraycopy(SCORES, 0, scores, 4, 4);
    TokenMask mask = TokenMask.of(false, true);
    RecordedUniforms uniforms = new RecordedUniforms(noise);
    Assignments made = RULE.apply(
            Logits.of(scores, 4, mask),
            input(2).withMask(mask).withMode(PassMode.training(uniforms)))
        .assignments();
    assertEquals(0, uniforms.left());
    assertEquals(2, made.size());
    assertEquals(1, made.token(0));
    assertEquals(1, made.expert(0));
    assertNear("weights", new double[] {0.3333 / 3.0, 1}, made.weights(), 1e-15);
  }

  @Test
  void backward_evaluation_softmaxJacobian() {
    // m = 2/3 both times; first 9·2/3·(1 − 2/3, −1/3, 0, 0) = (2, −2, 0, 0);
    // second 18·2/3·(0, 1 − 2/3, −1/3, 0) = (0, 4, −4, 0); added to 1
    assertNear("dLogits", new double[] {3, 3, -3, 1}, backward(apply(RULE, SCORES), 9, 18), 1e-14);
  }

  @Test
  void backward_training_sameFormulaWithoutTheFactor() {
    // m = 1/3 of expert 1, weight 0.3333·m: 9·1/3·(−2/3, 1 − 1/3, 0, 0) = (−2, 2, 0, 0);
    // the second choice stands alone: 5·1·(1 − 1) = 0
    double[] noise = {0.9, 0.1, 0.001, 0.5, 0.75, 0.5, 0.5, 0.001, 0.5, 0.1};
    assertNear(
        "dLogits",
        new double[] {-1, 3, 1, 1},
        backward(train(new RecordedUniforms(noise)), 9, 5),
        1e-14);
  }

  @Test
  void sample_equalNumbers_lowestExpert() {
    // after the best of the first choice all other scores and draws are equal
    double[] draws = new double[10];
    java.util.Arrays.fill(draws, 0.5);
    RulePass result = new SparseMixer(0.3)
        .apply(
            Logits.of(new double[] {1, 1, 1, 1}, 4, TokenMask.none(1)),
            input(1).withMode(PassMode.training(new RecordedUniforms(draws))));
    assertEquals(0, result.assignments().expert(0));
    assertEquals(1, result.assignments().expert(1));
  }

  @Test
  void backward_severalTokens_matchesDifferences() {
    double[] scores = RandomArrays.normal(Seeds.random(1), 12);
    java.util.Arrays.setAll(scores, i -> scores[i] + 5); // so that none is masked
    HandWorked.assertGradient(new SparseMixer(10), 4, scores, () -> input(3));
  }

  @Test
  void scores_any_softmaxOfAllLogits() {
    // 8 : 4 : 2 : 1 of 15
    double[] p = {8 / 15.0, 4 / 15.0, 2 / 15.0, 1 / 15.0};
    assertNear("probabilities", p, apply(RULE, SCORES).scores().get(0).toArray(), 1e-15);
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertRefused("jitter must be at least 0 but was -0.1", () -> new SparseMixer(-0.1));
    assertRefused("jitter must be at least 0 but was NaN", () -> new SparseMixer(Double.NaN));
    assertRefused("experts must be at least 2 but was 1", () -> RULE.requireFits(1));
    assertRefused(
        "experts must be at least 2 but was 1",
        () -> RULE.apply(HandWorked.logits(1, 3, 4), input(2)));
    assertRefused(
        "SparseMixer draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> RULE.apply(
            Logits.of(SCORES, 4, TokenMask.none(1)), input(1).withMode(PassMode.training())));
  }
}
