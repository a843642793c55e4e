package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.logits;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hand-worked with range 0.4: uniform 1/4 makes the factor 0.8, 1/2 makes 1, 3/4 makes 1.2. */
@ExtendWith(Seeds.class)
class LogitJitterTest {
  @Test
  void apply_training_scoresTimesFactors() {
    // 5·0.8 = 4, 3·1.2 = 3.6, −1·1 = −1: relu keeps 4 and 3.6
    RecordedUniforms noise = new RecordedUniforms(.25, .75, .5);
    RulePass result = new LogitJitter(new ReMoE(), 0.4)
        .apply(logits(3, 5, 3, -1), input(1).withMode(PassMode.training(noise)));
    assertMade(new int[] {0, 0}, new int[] {0, 1}, new double[] {4, 3.6}, result);
    assertNear("dLogits", new double[] {8, 12, 0}, HandWorked.backward(result, 3, 10, 10), 1e-14);
    assertEquals(0, noise.left());
  }

  @Test
  void apply_evaluationOrRangeZero_cleanAndNothingDrawn() {
    Logits logits = logits(3, 5, 3, -1);
    int[] experts = {0, 1};
    double[] weights = {5, 3};
    assertMade(
        new int[2], experts, weights, new LogitJitter(new ReMoE(), 0.4).apply(logits, input(1)));
    assertMade(
        new int[2],
        experts,
        weights,
        new LogitJitter(new ReMoE(), 0).apply(logits, input(1).withMode(PassMode.training())));
  }

  @Test
  void apply_padding_drawsToo() {
    RecordedUniforms noise = new RecordedUniforms(.5, .75);
    TokenBatch training =
        input(2).withMask(TokenMask.of(false, true)).withMode(PassMode.training(noise));
    Logits logits = Logits.of(new double[] {Double.NaN, 10}, 1, training.mask());
    assertMade(
        new int[] {1},
        new int[] {0},
        new double[] {12},
        new LogitJitter(new ReMoE(), 0.4).apply(logits, training));
    assertEquals(0, noise.left());
  }

  @Test
  void backward_training_matchesDifferences() {
    double[] values = RandomArrays.normal(Seeds.random(1), 5 * 4);
    for (RoutingRule rule : new RoutingRule[] {TopK.of(2), TopP.of(0.8), new ReMoE()}) {
      assertGradient(
          new LogitJitter(rule, 0.5),
          4,
          values,
          () -> input(5).withMode(PassMode.training(new SplittableRandom(3))));
    }
  }

  @Test
  void parametersAndFit_any_thoseOfTheRule() {
    Forwarding.assertForwards(rule -> new LogitJitter(rule, 0.3));
    assertRefused(
        "k must be at most E = 1 but was 2", () -> new LogitJitter(TopK.of(2), 0.3).requireFits(1));
  }

  @Test
  void any_wrongUse_messageNamesIt() {
    assertRefused("range must be in [0, 1) but was 1.0", () -> new LogitJitter(new ReMoE(), 1));
    assertRefused("range must be in [0, 1) but was -0.1", () -> new LogitJitter(new ReMoE(), -0.1));
    assertRefused(
        "LogitJitter draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> new LogitJitter(new ReMoE(), 0.3)
            .apply(logits(1, 1), input(1).withMode(PassMode.training())));
  }
}
