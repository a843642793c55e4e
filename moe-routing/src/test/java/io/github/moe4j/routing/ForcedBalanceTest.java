package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Hand-worked: three tokens, three experts. */
class ForcedBalanceTest {
  private static final Logits LOGITS = ratios(3, 2, 1, 5, 1, 1, 2, 6, 1, 1);

  @Test
  void apply_twoChoices_dealtOutInTurn() {
    // experts 0 1 | 2 0 | 1 2; weights 2 : 1 of 3, 2 : 1 of 3, 1 : 1 of 2
    assertMade(
        new int[] {0, 0, 1, 1, 2, 2},
        new int[] {0, 1, 2, 0, 1, 2},
        new double[] {2 / 3.0, 1 / 3.0, 2 / 3.0, 1 / 3.0, 0.5, 0.5},
        new ForcedBalance(TopK.of(2)).apply(LOGITS, input(3)));
  }

  @Test
  void apply_padding_notCounted() {
    TokenBatch input = input(3).withMask(TokenMask.of(true, false, true));
    // token 2 goes on where token 0 ended: expert 1 with probability 1/8
    assertMade(
        new int[] {0, 2},
        new int[] {0, 1},
        new double[] {0.25, 0.125},
        new ForcedBalance(TopK.unnormalized(1)).apply(LOGITS, input));
  }

  @Test
  void apply_anySize_loadsDifferByAtMostOne() {
    for (int tokens : new int[] {0, 1, 3, 7, 16}) {
      for (int k = 1; k <= 4; k++) {
        Logits logits = HandWorked.logits(4, new double[tokens * 4]);
        int[] load = new ForcedBalance(TopK.unnormalized(k))
            .apply(logits, input(tokens))
            .assignments()
            .countPerExpert();
        assertTrue(
            Arrays.stream(load).max().getAsInt() - Arrays.stream(load).min().getAsInt() <= 1,
            Arrays.toString(load));
      }
    }
  }

  @Test
  void backward_weightOfDealtExpert_reachesScores() {
    // token 0, expert 0: w = p0 = 1/4; dw/dlogits = 1/4·(3/4, −1/8, −5/8); times 32: 6, −1, −5
    RulePass result = new ForcedBalance(TopK.unnormalized(1)).apply(LOGITS, input(3));
    assertNear(
        "dLogits",
        new double[] {6, -1, -5, 0, 0, 0, 0, 0, 0},
        HandWorked.backward(result, 9, 32, 0, 0),
        1e-14);
  }

  @Test
  void any_moreChoicesThanExperts_refused() {
    assertRefused(
        "k must be at most E = 3 but was 4",
        () -> new ForcedBalance(TopK.of(4)).apply(LOGITS, input(3)));
    assertRefused(
        "k must be at most E = 3 but was 4", () -> new ForcedBalance(TopK.of(4)).requireFits(3));
  }
}
