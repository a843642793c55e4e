package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Hand-worked: Gumbel numbers that are logarithms multiply the ratios of the softmax. */
@ExtendWith(Seeds.class)
class GumbelNoiseTest {
  private static final TopK TOP_2 = TopK.unnormalized(2);

  @Test
  void apply_training_softmaxOfNoisyScores() {
    // ratios 2 : 1 : 1 times e^g = 1 : 2 : 4 → 2 : 2 : 4 of 8; the tie of 0 and 1 may fall either
    // way by rounding, so take the first choice and the distribution
    RulePass result = new GumbelNoise(TopK.unnormalized(1), Temperature.constant(1))
        .apply(
            ratios(3, 2, 1, 1),
            input(1).withMode(PassMode.training(RecordedUniforms.gumbelLogs(1, 2, 4))));
    assertMade(new int[] {0}, new int[] {2}, new double[] {.5}, result);
    double[] p = {.25, .25, .5};
    assertNear("distribution", p, result.scores().get(0).toArray(), 1e-14);
  }

  @Test
  void apply_temperatureOfStep_divides() {
    // τ = 1/2 squares: ratios 1 : 1 : 1 times 3 : 1 : 5 → 9 : 1 : 25 of 35
    Temperature falling = Temperature.linear(1, 0.5, 10);
    TokenBatch training = input(1)
        .withMode(PassMode.training(RecordedUniforms.gumbelLogs(3, 1, 5)))
        .atStep(10);
    assertMade(
        new int[] {0, 0},
        new int[] {2, 0},
        new double[] {25 / 35.0, 9 / 35.0},
        new GumbelNoise(TOP_2, falling).apply(ratios(3, 1, 1, 1), training));
  }

  @Test
  void apply_evaluation_temperatureWithoutNoise() {
    // τ = 1/2: 4 : 1 : 9 of 14; no generator is needed
    assertMade(
        new int[] {0, 0},
        new int[] {2, 0},
        new double[] {9 / 14.0, 4 / 14.0},
        new GumbelNoise(TOP_2, Temperature.constant(0.5)).apply(ratios(3, 2, 1, 3), input(1)));
  }

  @Test
  void apply_padding_drawsToo() {
    // the second token's noise 5 : 1 is the third pair; the padded token before it used up 9 : 9
    RecordedUniforms noise = RecordedUniforms.gumbelLogs(1, 3, 9, 9, 5, 1);
    TokenBatch training =
        input(3).withMask(TokenMask.of(true, false, true)).withMode(PassMode.training(noise));
    double[] scores = {0, 0, Double.NaN, Double.NaN, 0, 0};
    Logits logits = Logits.of(scores, 2, training.mask());
    assertMade(
        new int[] {0, 2},
        new int[] {1, 0},
        new double[] {3 / 4.0, 5 / 6.0},
        new GumbelNoise(TopK.unnormalized(1), Temperature.constant(1)).apply(logits, training));
    assertEquals(0, noise.left());
  }

  @Test
  void backward_temperature_dividesGradient() {
    // evaluation, τ = 1/2 and one of two equal experts: w = 1/2, dw/dnoisy = 1/4·(1, −1), times 2
    RulePass result = new GumbelNoise(TopK.unnormalized(1), Temperature.constant(0.5))
        .apply(ratios(2, 1, 1), input(1));
    assertNear("dLogits", new double[] {4, -4}, HandWorked.backward(result, 2, 8), 1e-14);
  }

  @Test
  void backward_training_matchesDifferences() {
    double[] values = RandomArrays.normal(Seeds.random(1), 5 * 4);
    RoutingRule nested = new GumbelNoise(
        new LogitJitter(new TopK(2, ScoreFunction.SIGMOID, TopKNormalization.sum(0.1), 2.5), 0.4),
        Temperature.constant(0.7));
    for (RoutingRule rule : new RoutingRule[] {GumbelNoise.of(TopK.of(2)), nested}) {
      assertGradient(
          rule,
          4,
          values,
          () -> input(5).withMode(PassMode.training(new SplittableRandom(3))).atStep(4000));
    }
  }

  @Test
  void route_training_decisionKeepsCleanLogits() {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 4, 3);
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 5, 3);
    TokenBatch training = TokenBatch.training(x, new SplittableRandom(3));
    LinearGate gate = LinearGate.of(weight);
    RouterDecision decision =
        GatedRouter.of(gate, GumbelNoise.of(TOP_2)).route(training).decision();
    assertSameBits(
        "logits",
        gate.score(TokenBatch.evaluation(x)).logits().toArray(),
        decision.requireLogits("test").toArray());
  }

  @Test
  void apply_noGenerator_errorNamesIt() {
    assertRefused(
        "GumbelNoise draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> GumbelNoise.of(TOP_2).apply(ratios(2, 1, 1), input(1).withMode(PassMode.training())));
  }

  @Test
  void apply_wrongTemperature_errorNamesStep() {
    assertRefused(
        "temperature at step 7 must be finite and above 0 but was 0.0",
        () -> new GumbelNoise(TOP_2, step -> 7 - step)
            .apply(ratios(2, 1, 1), input(1).atStep(7)));
  }

  @Test
  void parametersAndFit_any_thoseOfTheRule() {
    Forwarding.assertForwards(rule -> GumbelNoise.of(rule));
    assertRefused(
        "k must be at most E = 1 but was 2",
        () -> GatedRouter.of(
            LinearGate.of(Nd4j.zeros(DataType.DOUBLE, 1, 1)), GumbelNoise.of(TOP_2)));
  }
}
