package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hand-worked: Gumbel numbers that are logarithms multiply the ratios of the softmax. */
@ExtendWith(Seeds.class)
class SampledTopKTest {
  @Test
  void apply_training_noiseChoosesCleanScoresWeigh() {
    // ratios 2 : 1 : 5 times e^g = 4 : 9 : 1 → 8 : 9 : 5: experts 1 and 0; probabilities 1/8, 2/8
    RulePass result = new SampledTopK(TopK.unnormalized(2))
        .apply(
            ratios(3, 2, 1, 5),
            input(1).withMode(PassMode.training(RecordedUniforms.gumbelLogs(4, 9, 1))));
    assertMade(new int[] {0, 0}, new int[] {1, 0}, new double[] {.125, .25}, result);
    double[] p = {.25, .125, .625};
    assertNear("distribution", p, result.scores().get(0).toArray(), 1e-15);
  }

  @Test
  void apply_evaluation_plainTopK() {
    assertMade(
        new int[] {0, 0},
        new int[] {2, 0},
        new double[] {5 / 7.0, 2 / 7.0},
        new SampledTopK(TopK.of(2)).apply(ratios(3, 2, 1, 5), input(1)));
  }

  @Test
  void apply_padding_drawsToo() {
    RecordedUniforms noise = RecordedUniforms.gumbelLogs(9, 9, 1, 3);
    TokenBatch training =
        input(2).withMask(TokenMask.of(false, true)).withMode(PassMode.training(noise));
    assertMade(
        new int[] {1},
        new int[] {1},
        new double[] {0.5},
        new SampledTopK(TopK.unnormalized(1))
            .apply(Logits.of(new double[4], 2, training.mask()), training));
    assertEquals(0, noise.left());
  }

  @Test
  void apply_manyTokens_drawnByProbabilityWithoutReplacement() {
    int tokens = 20_000;
    double[] values = new double[tokens * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.log(new double[] {2, 1, 5}[i % 3]);
    }
    Assignments made = new SampledTopK(TopK.unnormalized(2))
        .apply(
            HandWorked.logits(3, values),
            input(tokens).withMode(PassMode.training(Seeds.random(1))))
        .assignments();
    int[] first = made.countFirstChoices();
    int afterTwo = 0;
    for (int n = 0; n < made.size(); n += 2) {
      afterTwo += made.expert(n) == 2 && made.expert(n + 1) == 0 ? 1 : 0;
    }
    // standard deviation of a frequency over 20 000 draws: at most 0.0036; five of them
    assertEquals(0.25, first[0] / (double) tokens, 0.018);
    assertEquals(0.125, first[1] / (double) tokens, 0.018);
    assertEquals(0.625, first[2] / (double) tokens, 0.018);
    // expert 2 gone, 2 : 1 is left: 5/8 · 2/3
    assertEquals(5 / 12.0, afterTwo / (double) tokens, 0.018);
  }

  @Test
  void apply_refused_nothingDrawn() {
    SplittableRandom random = new SplittableRandom(3);
    assertRefused(
        "k must be above 1 when training with normalized weights, since k = 1 gives the router"
            + " no gradient, but was 1",
        () -> new SampledTopK(TopK.of(1))
            .apply(ratios(3, 2, 1, 5), input(1).withMode(PassMode.training(random))));
    assertRefused(
        "k must be at most E = 3 but was 4",
        () -> new SampledTopK(TopK.of(4))
            .apply(ratios(3, 2, 1, 5), input(1).withMode(PassMode.training(random))));
    assertEquals(new SplittableRandom(3).nextLong(), random.nextLong());
  }

  @Test
  void backward_training_matchesDifferences() {
    double[] values = RandomArrays.normal(Seeds.random(1), 5 * 4);
    for (TopK topK : new TopK[] {TopK.of(2), TopK.sigmoid(3)}) {
      assertGradient(
          new SampledTopK(topK),
          4,
          values,
          () -> input(5).withMode(PassMode.training(new SplittableRandom(3))));
    }
  }

  @Test
  void any_wrongUse_messageNamesIt() {
    SampledTopK rule = new SampledTopK(TopK.of(3));
    assertRefused("k must be at most E = 2 but was 3", () -> rule.requireFits(2));
    assertRefused(
        "SampledTopK draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> rule.apply(ratios(3, 1, 1, 1), input(1).withMode(PassMode.training())));
  }
}
