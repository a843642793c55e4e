package io.github.moe4j.balance.control;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/**
 * Hand-worked: two experts, k = 1, two tokens with scores (3, 1) and (1, 2) and bias (−1, 0).
 *
 * <pre>
 * s + b = (2, 1), (0, 2)   α = 1, 0   s − α = (2, 0), (1, 2)
 * n·k/E + 1 = 2: β is the second largest of each column, (1, 0)
 * b = −β less its mean −1/2: (−1/2, 1/2)
 * </pre>
 */
@ExtendWith(Seeds.class)
class QuantileControllerTest {
  private static final double[] SCORES = {3, 1, 1, 2};

  private static RouterDecision scored(int experts, double... scores) {
    return Decisions.topK(scores, experts, 1, TokenMask.none(scores.length / experts));
  }

  private static double[] mapped(DoubleUnaryOperator map, double... values) {
    return Arrays.stream(values).map(map).toArray();
  }

  @Test
  void observe_onePass_sumIsThePrices() {
    QuantileController controller = QuantileController.ofLogits(ExpertBias.of(-1, 0), 1);
    controller.observe(scored(2, SCORES));
    assertSameBits("β", new double[] {1, 0}, Saved.of(controller).get("sum"));
    assertEquals(1, Saved.of(controller).get("passes")[0]);
  }

  @Test
  void step_onePass_handWorked() {
    ExpertBias bias = ExpertBias.of(-1, 0);
    QuantileController controller = QuantileController.ofLogits(bias, 1);
    controller.observe(scored(2, SCORES));
    assertSameBits("before", new double[] {-1, 0}, bias.values());
    controller.step();
    assertSameBits("after", new double[] {-.5, .5}, bias.values());
  }

  @Test
  void step_twoPasses_meanOfTheirPrices() {
    // second pass (1, 5), (0, 1): s + b = (0, 5), (−1, 1), α = 0, −1, s − α = (1, 5), (1, 2),
    // β = (1, 2); mean (1, 1): nothing to choose between them
    ExpertBias bias = ExpertBias.of(-1, 0);
    QuantileController controller = QuantileController.ofLogits(bias, 1);
    controller.observe(scored(2, SCORES));
    controller.observe(scored(2, 1, 5, 0, 1));
    controller.step();
    assertSameBits("bias", new double[] {0, 0}, bias.values());
  }

  @Test
  void step_samePassTwice_actsAsOnce() {
    ExpertBias bias = ExpertBias.of(-1, 0);
    QuantileController controller = QuantileController.ofLogits(bias, 1);
    controller.observe(scored(2, SCORES));
    controller.observe(scored(2, SCORES));
    controller.step();
    assertSameBits("bias", new double[] {-.5, .5}, bias.values());
  }

  @Test
  void step_keeping_partOfTheOldBiasStays() {
    // s + b = (−5, 1), (−7, 2)   α = −5, −7   s − α = (8, 6), (8, 9)   β = (8, 6)
    // 1/4·(−8, 0) − 3/4·(8, 6) = (−8, −4.5), less −6.25
    ExpertBias bias = ExpertBias.of(-8, 0);
    QuantileController controller = QuantileController.ofLogits(bias, 1).keeping(0.25);
    controller.observe(scored(2, SCORES));
    controller.step();
    assertSameBits("kept", new double[] {-1.75, 1.75}, bias.values());
    // all that differs is a shift: s + b = (6, 4), (4, 5)   α = 4, 4   s − α = (−1, −3), (−3, −2)
    // β = (−3, −3): 1/4·(3, 3) + 3/4·(3, 3), less 3
    bias.set(3, 3);
    controller.observe(scored(2, SCORES));
    controller.step();
    assertSameBits("even", new double[] {0, 0}, bias.values());
  }

  @Test
  void step_sigmoids_handWorked() {
    // the same numbers a tenth as large as sigmoids: (.3, .1), (.1, .2) and bias (−.1, 0)
    double[] logits = mapped(s -> Math.log(s / 10 / (1 - s / 10)), SCORES);
    ExpertBias bias = ExpertBias.of(-.1, 0);
    QuantileController controller = QuantileController.ofSigmoids(bias, 1);
    controller.observe(scored(2, logits));
    controller.step();
    assertNear("bias", new double[] {-.05, .05}, bias.values(), 1e-15);
  }

  @Test
  void observe_shareNotWhole_roundedDown() {
    // three tokens, E = 2, k = 1: ⌊3/2⌋ + 1 = 2. α is the smaller: s − α = (4, 0), (2, 0), (0, 1)
    QuantileController controller = QuantileController.ofLogits(ExpertBias.zeros(2), 1);
    controller.observe(scored(2, 5, 1, 3, 1, 0, 1));
    assertSameBits("β", new double[] {2, 0}, Saved.of(controller).get("sum"));
  }

  @Test
  void observe_oneToken_secondBestIsThePrice() {
    // E = 3, k = 2: ⌊2/3⌋ + 1 = 1; α = 1: s − α = (2, 0, 1)
    QuantileController controller = QuantileController.ofLogits(ExpertBias.zeros(3), 2);
    controller.observe(scored(3, 3, 1, 2));
    assertSameBits("β", new double[] {2, 0, 1}, Saved.of(controller).get("sum"));
  }

  @Test
  void observe_allExperts_saysNothing() {
    ExpertBias bias = ExpertBias.of(4, 7);
    QuantileController controller = QuantileController.ofLogits(bias, 2);
    controller.observe(scored(2, SCORES));
    assertEquals(0, Saved.of(controller).get("passes")[0]);
    controller.step();
    assertSameBits("bias", new double[] {4, 7}, bias.values());
  }

  @Test
  void step_evenScores_biasStaysZero() {
    ExpertBias bias = ExpertBias.zeros(4);
    QuantileController controller = QuantileController.ofLogits(bias, 2);
    controller.observe(scored(4, mapped(s -> 7, new double[24])));
    controller.step();
    assertAllZero("bias", bias.values());
  }

  @Test
  void step_totalCollapse_aheadOneFallsBehindByAsMuch() {
    // s = (a, 0, 0, 0) for every token: α = 0, β = (a, 0, 0, 0); a = 8: −8 + 2, 0 + 2
    ExpertBias bias = ExpertBias.zeros(4);
    QuantileController controller = QuantileController.ofLogits(bias, 1);
    double[] scores = new double[32];
    for (int t = 0; t < 8; t++) {
      scores[4 * t] = 8;
    }
    controller.observe(scored(4, scores));
    controller.step();
    assertSameBits("bias", new double[] {-6, 2, 2, 2}, bias.values());
  }

  @Test
  void observe_random_priceLeavesTheShareAboveIt() {
    // with bias 0: at most n·k/E = 16 tokens exceed α + β_e, and more than 16 reach it; several
    // may equal it, as s = α for the best expert of a token that was not chosen
    double[] scores = RandomArrays.normal(Seeds.random(1), 64 * 8);
    QuantileController controller = QuantileController.ofLogits(ExpertBias.zeros(8), 2);
    controller.observe(scored(8, scores));
    double[] beta = Saved.of(controller).get("sum");
    int[] above = new int[8];
    int[] reached = new int[8];
    for (int t = 0; t < 64; t++) {
      double[] row = Arrays.copyOfRange(scores, 8 * t, 8 * t + 8);
      double[] sorted = row.clone();
      Arrays.sort(sorted);
      for (int e = 0; e < 8; e++) {
        above[e] += row[e] - sorted[5] > beta[e] ? 1 : 0;
        reached[e] += row[e] - sorted[5] >= beta[e] ? 1 : 0;
      }
    }
    for (int e = 0; e < 8; e++) {
      assertTrue(above[e] <= 16, above[e] + " tokens above the price of expert " + e);
      assertTrue(reached[e] > 16, reached[e] + " tokens reach the price of expert " + e);
    }
  }

  @Test
  void step_random_biasSumsToZero() {
    ExpertBias bias = ExpertBias.of(RandomArrays.normal(Seeds.random(2), 8));
    QuantileController controller = QuantileController.ofLogits(bias, 2).keeping(0.3);
    controller.observe(scored(8, RandomArrays.normal(Seeds.random(1), 64 * 8)));
    controller.step();
    assertEquals(0, Arrays.stream(bias.values()).sum(), 1e-14);
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    ExpertBias two = ExpertBias.zeros(2);
    assertMessage("k must be in [1, 2] but was 3", () -> QuantileController.ofLogits(two, 3));
    assertMessage("k must be in [1, 2] but was 0", () -> QuantileController.ofSigmoids(two, 0));
    QuantileController controller = QuantileController.ofLogits(two, 1);
    assertMessage("keep must be in [0, 1) but was 1.0", () -> controller.keeping(1));
    assertMessage("keep must be in [0, 1) but was NaN", () -> controller.keeping(Double.NaN));
    assertMessage("keep must be in [0, 1) but was -0.5", () -> controller.keeping(-0.5));
    RouterDecision hash = RouterDecision.of(
        Assignments.of(1, 2, new int[] {0}, new int[] {1}, new double[] {1}),
        TokenMask.none(1),
        1,
        null,
        null);
    assertMessage(
        "quantile balancing needs router logits but the router has none",
        () -> controller.observe(hash));
    assertEquals(0, Saved.of(controller).get("passes")[0]);
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
