package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Hand-worked: four tokens, three experts; logits are logarithms, so softmax is a ratio. */
@ExtendWith(Seeds.class)
class BatchwiseMaskTest {
  // token 0: 2 : 1 : 5 of 8   token 1: 1 : 1 : 2 of 4
  // token 2: 3 : 3 : 3 of 9   token 3: 6 : 1 : 1 of 8
  private static final double[] RATIO = {2, 1, 5, 1, 1, 2, 3, 3, 3, 6, 1, 1};

  private static TokenBatch input(TokenMask mask) {
    return TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, mask.tokens(), 1)).withMask(mask);
  }

  private static Logits logits(TokenMask mask) {
    return Logits.of(Arrays.stream(RATIO).map(Math::log).toArray(), 3, mask);
  }

  private static BatchwiseMask rule(int k, double... threshold) {
    return BatchwiseMask.of(k, Nd4j.createFromArray(threshold));
  }

  private static void assertMade(RulePass result, int[][] pairs, double... weights) {
    Assignments made = result.assignments();
    int[][] actual = new int[made.size()][];
    Arrays.setAll(actual, n -> new int[] {made.token(n), made.expert(n)});
    assertEquals(Arrays.deepToString(pairs), Arrays.deepToString(actual));
    assertNear("weights", weights, made.weights(), 1e-14);
  }

  @Test
  void apply_training_sameLoadForEveryExpert() {
    TokenMask all = TokenMask.none(4);
    // m = 2·4/3 rounded down = 2; columns of X: 2/8 1/4 3/9 6/8 | 1/8 1/4 3/9 1/8 | 5/8 2/4 3/9 1/8
    // expert 0: tokens 3, 2   expert 1: tokens 2, 1   expert 2: tokens 0, 1
    RulePass result = rule(2, 0, 0, 0).apply(logits(all), input(all).withMode(PassMode.training()));
    assertMade(
        result,
        new int[][] {{0, 2}, {1, 2}, {1, 1}, {2, 0}, {2, 1}, {3, 0}},
        1,
        2 / 3.0,
        1 / 3.0,
        0.5,
        0.5,
        1);
  }

  @Test
  void apply_trainingWithPadding_shareOfRealTokens() {
    // m = 2·3/3 = 2 of the tokens 0, 1, 3: expert 0: 3 and 0 (a tie with 1), expert 1: 1 and 0,
    // expert 2: 0 and 1
    TokenMask mask = TokenMask.of(true, true, false, true);
    RulePass result =
        rule(2, 0, 0, 0).apply(logits(mask), input(mask).withMode(PassMode.training()));
    assertMade(
        result,
        new int[][] {{0, 2}, {0, 0}, {0, 1}, {1, 2}, {1, 1}, {3, 0}},
        5 / 8.0,
        2 / 8.0,
        1 / 8.0,
        2 / 3.0,
        1 / 3.0,
        1);
  }

  @Test
  void apply_fewTokens_atLeastOneForEveryExpert() {
    // 1·2/3 is below 1
    TokenMask mask = TokenMask.of(true, false, false, true);
    RulePass result =
        rule(1, 0, 0, 0).apply(logits(mask), input(mask).withMode(PassMode.training()));
    assertArrayEquals(new int[] {1, 1, 1}, result.assignments().countPerExpert());
  }

  @Test
  void apply_evaluation_expertsAboveTheirThreshold() {
    TokenMask all = TokenMask.none(4);
    // X > (0.3, 0.2, 0.5): token 0: 5/8   token 1: 1/4 (2/4 is not above 0.5)   token 2: 1/3, 1/3
    // token 3: 6/8
    RulePass result = rule(2, 0.3, 0.2, 0.5).apply(logits(all), input(all));
    assertMade(result, new int[][] {{0, 2}, {1, 1}, {2, 0}, {2, 1}, {3, 0}}, 1, 1, 0.5, 0.5, 1);
    // no threshold is met: no experts
    assertEquals(
        0, rule(2, 1, 1, 1).apply(logits(all), input(all)).assignments().size());
  }

  @Test
  void apply_always_marginsBesideDistribution() {
    TokenMask mask = TokenMask.of(true, false, false, true);
    RulePass result = rule(2, 0.3, 0.2, 0.5).apply(logits(mask), input(mask));
    assertEquals(Kind.PROBABILITIES, result.scores().get(0).kind());
    assertEquals(Kind.MARGINS, result.scores().get(1).kind());
    assertNear(
        "margins",
        new double[] {0.25 - 0.3, 0.125 - 0.2, 0.625 - 0.5, 0, 0, 0, 0, 0, 0, 0.45, -0.075, -0.375},
        result.scores().get(1).toArray(),
        1e-14);
  }

  @Test
  void backward_margins_thresholdsGetTheOpposite() {
    TokenMask all = TokenMask.none(4);
    BatchwiseMask rule = rule(2, 0.3, 0.2, 0.5);
    RulePass result = rule.apply(logits(all), input(all));
    double[] dMargins = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    double[] dLogits = new double[12];
    Gradients into = rule.parameters().zeroGradients();
    result.backward(RoutingGradient.of(Kind.MARGINS, dMargins), dLogits, into);
    // sums of the columns: 1+4+7+10, 2+5+8+11, 3+6+9+12
    assertNear(
        "threshold", new double[] {-22, -26, -30}, Near.values(into.get("threshold")), 1e-12);
    // token 2, X = 1/3 each: (7 − 8)/3, 0, (9 − 8)/3
    assertNear(
        "logits", new double[] {-1 / 3.0, 0, 1 / 3.0}, Arrays.copyOfRange(dLogits, 6, 9), 1e-12);
  }

  @Test
  void apply_scoresThatUnderflow_weightsStillSumToOne() {
    // X is (1/2, 1/2, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0) in double; m = 1: experts 0 and 1 take
    // tokens 1 and 2, experts 2 and 3 the first of equal zeros, token 0: e^-900 : e^-901 = e : 1
    TokenMask all = TokenMask.none(3);
    double[] values = {0, 0, -900, -901, 5, -900, -900, -900, -900, 5, -900, -900};
    RulePass result = rule(1, 0, 0, 0, 0)
        .apply(Logits.of(values, 4, all), input(all).withMode(PassMode.training()));
    assertMade(
        result,
        new int[][] {{0, 2}, {0, 3}, {1, 0}, {2, 1}},
        Math.E / (Math.E + 1),
        1 / (Math.E + 1),
        1,
        1);
  }

  @Test
  void apply_oneExpert_takesAllFromTheStart() {
    TokenMask all = TokenMask.none(3);
    Logits one = Logits.of(RandomArrays.normal(Seeds.random(1), 3), 1, all);
    BatchwiseMask rule = BatchwiseMask.create(1, 1, DataType.FLOAT);
    assertEquals(3, rule.apply(one, input(all)).assignments().size());
    assertEquals(
        3,
        rule.apply(one, input(all).withMode(PassMode.training())).assignments().size());
  }

  @Test
  void create_startsAtHalfTheMean() {
    BatchwiseMask rule = BatchwiseMask.create(2, 4, DataType.DOUBLE);
    double[] start = Near.values(rule.parameters().get("threshold"));
    assertArrayEquals(new double[] {0.125, 0.125, 0.125, 0.125}, start);
  }

  @Test
  void rule_misfit_throws() {
    assertThrows(IllegalArgumentException.class, () -> BatchwiseMask.create(5, 4, DataType.DOUBLE));
    assertThrows(IllegalArgumentException.class, () -> rule(0, 0.5));
    LinearGate two = LinearGate.create(2, 3, DataType.DOUBLE, 1);
    assertThrows(IllegalArgumentException.class, () -> GatedRouter.of(two, rule(2, 0.1, 0.1, 0.1)));
  }
}
