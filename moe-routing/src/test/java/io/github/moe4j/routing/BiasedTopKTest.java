package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.backward;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.logits;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hand-worked: logits are logarithms, so softmax is a ratio and a bias a factor. */
@ExtendWith(Seeds.class)
class BiasedTopKTest {
  // token 0: 8 : 4 : 2 : 1   token 1: 1 : 2 : 4 : 8
  private static final double[] RATIO = {8, 4, 2, 1, 1, 2, 4, 8};
  private static final double LN = Math.log(5);

  @Test
  void apply_zeroBias_isTopK() {
    // 8 and 4 of 12; 8 and 4 of 12
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {0, 1, 3, 2},
        new double[] {8 / 12.0, 4 / 12.0, 8 / 12.0, 4 / 12.0},
        BiasedTopK.of(2, ExpertBias.zeros(4)).apply(ratios(4, RATIO), input(2)));
  }

  @Test
  void apply_bias_choosesButDoesNotWeigh() {
    // times 1, 1, 5, 1: token 0 has 8, 4, 10, 1: experts 2, 0, of 2 + 8
    // token 1 has 1, 2, 20, 8: experts 2, 3, of 4 + 8
    ExpertBias bias = ExpertBias.of(0, 0, LN, 0);
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {2, 0, 2, 3},
        new double[] {2 / 10.0, 8 / 10.0, 4 / 12.0, 8 / 12.0},
        BiasedTopK.of(2, bias).apply(ratios(4, RATIO), input(2)));
  }

  @Test
  void apply_otherWeights_stillChosenByLogitsAndBias() {
    // times 1, 1, 5, 1: 2/15 and 8/15, times 3
    ExpertBias bias = ExpertBias.of(0, 0, LN, 0);
    assertMade(
        new int[] {0, 0},
        new int[] {2, 0},
        new double[] {6 / 15.0, 24 / 15.0},
        new BiasedTopK(TopK.unnormalized(2).withScale(3), bias)
            .apply(ratios(4, 8, 4, 2, 1), input(1)));
    // l + b = (4, 3.75) takes expert 0; σ + b = (.982, .971 + .25) would take expert 1
    assertMade(
        new int[] {0},
        new int[] {0},
        new double[] {1 / (1 + Math.exp(-4))},
        new BiasedTopK(TopK.sigmoid(1), ExpertBias.of(0, .25)).apply(logits(2, 4, 3.5), input(1)));
  }

  @Test
  void apply_ties_lowestExpert() {
    // 1, 3, 2 + 1, 3: three of 3; then all equal through the bias
    assertMade(
        new int[] {0, 0},
        new int[] {1, 2},
        new double[] {1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(1))},
        BiasedTopK.of(2, ExpertBias.of(0, 0, 1, 0)).apply(logits(4, 1, 3, 2, 3), input(1)));
    assertMade(
        new int[] {0},
        new int[] {0},
        new double[] {1},
        BiasedTopK.of(1, ExpertBias.of(3, 2, 1)).apply(logits(3, 0, 1, 2), input(1)));
  }

  @Test
  void apply_allExperts_biasOnlyOrders() {
    // times 1, 1, 5: 8, 4, 10
    assertMade(
        new int[] {0, 0, 0},
        new int[] {2, 0, 1},
        new double[] {2 / 14.0, 8 / 14.0, 4 / 14.0},
        BiasedTopK.of(3, ExpertBias.of(0, 0, LN)).apply(ratios(3, 8, 4, 2), input(1)));
  }

  @Test
  void apply_paddingOfNaN_getsNothing() {
    double nan = Double.NaN;
    TokenMask mask = TokenMask.of(false, true);
    Logits logits = Logits.of(new double[] {nan, nan, 1, 2}, 2, mask);
    assertMade(
        new int[] {1},
        new int[] {0},
        new double[] {1},
        BiasedTopK.of(1, ExpertBias.of(2, 0)).apply(logits, input(2).withMask(mask)));
  }

  @Test
  void apply_biasReplaced_nextPassReadsIt() {
    ExpertBias bias = ExpertBias.zeros(4);
    BiasedTopK rule = BiasedTopK.of(1, bias);
    RulePass before = rule.apply(ratios(4, RATIO), input(2));
    bias.set(0, 9, 0, 0);
    double[] one = {1, 1};
    assertMade(new int[] {0, 1}, new int[] {0, 3}, one, before);
    assertMade(new int[] {0, 1}, new int[] {1, 1}, one, rule.apply(ratios(4, RATIO), input(2)));
    assertSameBits("bias", new double[] {0, 9, 0, 0}, bias.values());
  }

  @Test
  void apply_any_distributionIsSoftmaxWithoutBias() {
    RulePass result = BiasedTopK.of(1, ExpertBias.of(5, 4, 3, 2)).apply(ratios(4, RATIO), input(2));
    double[] expected = new double[8];
    for (int i = 0; i < 8; i++) {
      expected[i] = RATIO[i] / 15;
    }
    assertEquals(1, result.scores().size());
    assertEquals(Kind.PROBABILITIES, result.scores().get(0).kind());
    assertNear("distribution", expected, result.scores().get(0).toArray(), 1e-14);
  }

  @Test
  void backward_weights_handWorked() {
    // chosen 2 and 0 with w = 1/5, 4/5: dl = w·(dw − Σw·dw), with dw = (1, 0): 1/5·4/5, −4/5·1/5
    RulePass result =
        BiasedTopK.of(2, ExpertBias.of(0, 0, LN, 0)).apply(ratios(4, 8, 4, 2, 1), input(1));
    assertNear("dLogits", new double[] {-.16, 0, .16, 0}, backward(result, 4, 1, 0), 1e-14);
  }

  @Test
  void backward_bias_matchesDifferences() {
    double[] values = RandomArrays.normal(Seeds.random(1), 5 * 6);
    ExpertBias bias = ExpertBias.of(RandomArrays.normal(Seeds.random(2), 6));
    TokenMask mask = TokenMask.of(true, false, true, true, true);
    assertGradient(BiasedTopK.of(2, bias), 6, values, () -> input(5).withMask(mask));
    assertGradient(new BiasedTopK(TopK.sigmoid(3), bias), 6, values, () -> input(5));
  }

  @Test
  void any_doesNotFit_messageNamesRuleAndValue() {
    assertRefused(
        "selection bias must have length E = 4 but has 5",
        () -> BiasedTopK.of(2, ExpertBias.zeros(5)).apply(ratios(4, RATIO), input(2)));
    assertRefused(
        "k must be at most E = 2 but was 3",
        () -> BiasedTopK.of(3, ExpertBias.zeros(2)).requireFits(2));
    assertRefused(
        "k must be above 1 when training with normalized weights, since k = 1 gives the router"
            + " no gradient, but was 1",
        () -> BiasedTopK.of(1, ExpertBias.zeros(4))
            .apply(ratios(4, RATIO), input(2).withMode(PassMode.training())));
  }
}
