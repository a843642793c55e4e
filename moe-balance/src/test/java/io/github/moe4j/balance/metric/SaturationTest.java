package io.github.moe4j.balance.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import org.junit.jupiter.api.Test;

/**
 * Hand-worked: four tokens, four experts.
 *
 * <pre>
 * token  earlier  later    kept
 * 0      0, 1     1, 0     2/2
 * 1      0, 1     1, 2     1/2
 * 2      3        1, 2     0/2
 * 3      0, 1, 3  3        1/1
 * </pre>
 */
class SaturationTest {
  private static final int[][] EARLIER = {{0, 1}, {0, 1}, {3}, {0, 1, 3}};
  private static final int[][] LATER = {{1, 0}, {1, 2}, {1, 2}, {3}};

  private static RouterDecision decision(int experts, int[][] choice, TokenMask mask) {
    double[] logits = new double[mask.tokens() * experts];
    return Decisions.chosen(logits, experts, choice, mask, Math.max(1, mask.tokens()));
  }

  private static RouterDecision decision(int experts, int[]... choice) {
    return decision(experts, choice, TokenMask.none(choice.length));
  }

  private static String refusal(RouterDecision earlier, RouterDecision later) {
    String message = assertThrows(
            IllegalArgumentException.class, () -> Saturation.between(earlier, later))
        .getMessage();
    var other =
        assertThrows(IllegalArgumentException.class, () -> Saturation.perExpert(earlier, later));
    assertEquals(message, other.getMessage());
    return message;
  }

  @Test
  void between_handWorked_meanOverTokens() {
    // (1 + 1/2 + 0 + 1)/4
    assertEquals(0.625, Saturation.between(decision(4, EARLIER), decision(4, LATER)));
  }

  @Test
  void between_exchanged_dividesByTheOther() {
    // (2/2 + 1/2 + 0/1 + 1/3)/4 = 11/24: not symmetric where the numbers of choices differ
    assertEquals(11 / 24.0, Saturation.between(decision(4, LATER), decision(4, EARLIER)), 1e-15);
  }

  @Test
  void perExpert_handWorked_shareOfLaterTokens() {
    // expert 0: token 0 of 0; expert 1: tokens 0 and 1 of 0, 1, 2; 2: none of 1, 2; 3: token 3 of 3
    assertArrayEquals(
        new double[] {1, 2 / 3.0, 0, 1},
        Saturation.perExpert(decision(4, EARLIER), decision(4, LATER)));
  }

  @Test
  void perExpert_nobodyChoseItLater_one() {
    assertArrayEquals(
        new double[] {1, 0, 1},
        Saturation.perExpert(decision(3, new int[] {0}), decision(3, new int[] {1})));
  }

  @Test
  void between_sameDecision_one() {
    RouterDecision later = decision(4, LATER);
    assertEquals(1, Saturation.between(later, later));
    assertArrayEquals(new double[] {1, 1, 1, 1}, Saturation.perExpert(later, later));
  }

  @Test
  void between_nothingKept_zero() {
    RouterDecision earlier = decision(2, new int[] {0}, new int[] {1});
    RouterDecision later = decision(2, new int[] {1}, new int[] {0});
    assertEquals(0, Saturation.between(earlier, later));
  }

  @Test
  void between_allPairsOfChoices_meanIsKOverE() {
    // one token, K = 2 of E = 3, every pair before with every pair after: 2/3 on average
    int[][] pairs = {{0, 1}, {0, 2}, {1, 2}};
    double sum = 0;
    for (int[] before : pairs) {
      for (int[] after : pairs) {
        sum += Saturation.between(decision(3, before), decision(3, after));
      }
    }
    assertEquals(2 / 3.0, sum / 9, 1e-15);
  }

  @Test
  void between_padding_leftOut() {
    // without token 2: (1 + 1/2 + 1)/3
    TokenMask mask = TokenMask.of(true, true, false, true);
    RouterDecision earlier = decision(4, EARLIER, mask);
    RouterDecision later = decision(4, LATER, mask);
    assertEquals(2.5 / 3, Saturation.between(earlier, later), 1e-15);
    assertArrayEquals(new double[] {1, 1, 0, 1}, Saturation.perExpert(earlier, later));
  }

  @Test
  void between_tokenWithoutLaterChoice_leftOut() {
    // token 0 is left out; token 1 kept its one expert; token 2 had none before
    RouterDecision earlier = decision(2, new int[] {0}, new int[] {1}, new int[0]);
    RouterDecision later = decision(2, new int[0], new int[] {1}, new int[] {0});
    assertEquals(0.5, Saturation.between(earlier, later));
  }

  @Test
  void between_expertListedTwice_countsOnce() {
    // later set {0, 1}, of which 0 was chosen before
    RouterDecision earlier = decision(3, new int[] {0, 0, 2});
    RouterDecision later = decision(3, new int[] {0, 1, 0});
    assertEquals(0.5, Saturation.between(earlier, later));
    assertArrayEquals(new double[] {1, 0, 1}, Saturation.perExpert(earlier, later));
  }

  @Test
  void between_nothingToCompare_one() {
    RouterDecision none = decision(2, new int[0][], TokenMask.none(0));
    RouterDecision padding = decision(2, new int[][] {{0}}, TokenMask.of(false));
    RouterDecision unchosen = decision(2, new int[][] {{}}, TokenMask.none(1));
    assertEquals(1, Saturation.between(none, none));
    assertEquals(1, Saturation.between(padding, padding));
    assertEquals(1, Saturation.between(decision(2, new int[] {0}), unchosen));
    assertArrayEquals(new double[] {1, 1}, Saturation.perExpert(none, none));
  }

  @Test
  void between_oneExpert_one() {
    RouterDecision all = decision(1, new int[] {0}, new int[] {0});
    assertEquals(1, Saturation.between(all, all));
  }

  @Test
  void between_differentTokens_saysBoth() {
    assertEquals(
        "decisions must have the same number of tokens: 2 != 1",
        refusal(decision(2, new int[] {0}, new int[] {0}), decision(2, new int[] {0})));
  }

  @Test
  void between_differentExperts_saysBoth() {
    assertEquals(
        "decisions must have the same number of experts: 2 != 3",
        refusal(decision(2, new int[] {0}), decision(3, new int[] {0})));
  }

  @Test
  void between_differentPadding_saysWhere() {
    int[][] choice = {{0}, {1}};
    RouterDecision all = decision(2, choice, TokenMask.none(2));
    RouterDecision first = decision(2, choice, TokenMask.of(true, false));
    String start = "decisions must have the same padding but token 1 is real in the ";
    assertEquals(start + "later one only", refusal(first, all));
    assertEquals(start + "earlier one only", refusal(all, first));
  }
}
