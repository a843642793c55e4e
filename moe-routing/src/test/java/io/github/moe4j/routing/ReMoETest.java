package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertGradient;
import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.logits;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hand-worked: four tokens, three experts. */
@ExtendWith(Seeds.class)
class ReMoETest {
  private static final Logits LOGITS = logits(3, 0.5, -1, 2, -1, 0, -0.5, 3, 3, 4, -2, 0.25, -2);

  @Test
  void apply_anySigns_positiveScoresLargestFirst() {
    // token 0: 2, 0.5   token 1: none, since 0 is not above 0   token 2: 4, 3, 3   token 3: 0.25
    assertMade(
        new int[] {0, 0, 2, 2, 2, 3},
        new int[] {2, 0, 2, 0, 1, 1},
        new double[] {2, 0.5, 4, 3, 3, 0.25},
        new ReMoE().apply(LOGITS, input(4)));
  }

  @Test
  void apply_padding_getsNothing() {
    TokenBatch input = input(4).withMask(TokenMask.of(false, true, false, true));
    assertMade(new int[] {3}, new int[] {1}, new double[] {0.25}, new ReMoE().apply(LOGITS, input));
  }

  @Test
  void apply_nothingPositive_noAssignments() {
    RulePass result = new ReMoE().apply(logits(2, -1, 0, -80, -0.0), input(2));
    assertEquals(0, result.assignments().size());
    assertNear("dLogits", new double[4], HandWorked.backward(result, 4), 0);
  }

  @Test
  void apply_any_noDistribution() {
    assertEquals(List.of(), new ReMoE().apply(LOGITS, input(4)).scores());
  }

  @Test
  void backward_handWorked_weightGradientAtAssigned() {
    RulePass result = new ReMoE().apply(LOGITS, input(4));
    double[] dLogits = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    result.backward(
        RoutingGradient.ofWeights(new double[] {10, 20, 30, 40, 50, 60}),
        dLogits,
        NamedArrays.none().zeroGradients());
    assertNear("dLogits", new double[] {21, 1, 11, 1, 1, 1, 41, 51, 31, 1, 61, 1}, dLogits, 0);
  }

  @Test
  void backward_random_matchesDifferences() {
    double[] values = RandomArrays.normal(Seeds.random(1), 5 * 4);
    assertGradient(new ReMoE(), 4, values, () -> input(5));
  }
}
