package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

/** Hand-worked: two tokens, three experts. */
class AllExpertsTest {
  private static final Logits LOGITS = ratios(3, 2, 1, 5, 1, 2, 1);

  @Test
  void apply_twoTokens_allExpertsBestFirst() {
    assertMade(
        new int[] {0, 0, 0, 1, 1, 1},
        new int[] {2, 0, 1, 1, 0, 2},
        new double[] {.625, .25, .125, .5, .25, .25},
        new AllExperts().apply(LOGITS, input(2)));
  }

  @Test
  void apply_padding_getsNothing() {
    TokenBatch input = input(2).withMask(TokenMask.of(false, true));
    assertMade(
        new int[] {1, 1, 1},
        new int[] {1, 0, 2},
        new double[] {.5, .25, .25},
        new AllExperts().apply(LOGITS, input));
  }

  @Test
  void backward_handWorked_softmaxJacobian() {
    // token 1, weights 1/2, 1/4, 1/4 of experts 1, 0, 2; dw = 8, 0, 0 → mean 4
    // dlogits = p·(dw − 4) = 1/4·(−4), 1/2·(8 − 4), 1/4·(−4)
    RulePass result = new AllExperts().apply(LOGITS, input(2));
    assertNear(
        "dLogits",
        new double[] {0, 0, 0, -1, 2, -1},
        HandWorked.backward(result, 6, 0, 0, 0, 8, 0, 0),
        1e-14);
  }
}
