package io.github.moe4j.balance.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hand-worked: four tokens, three experts.
 *
 * <pre>
 * token  choices    pairs
 * 0      0, 1       01
 * 1      2, 0       02
 * 2      1, 0, 2    01, 02, 12
 * 3      0
 * </pre>
 */
@ExtendWith(Seeds.class)
class CoActivationTest {
  private static final int[][] CHOICE = {{0, 1}, {2, 0}, {1, 0, 2}, {0}};

  private static CoActivation of(int experts, int[][] choice, TokenMask mask) {
    double[] logits = new double[mask.tokens() * experts];
    int length = Math.max(1, mask.tokens());
    return CoActivation.of(Decisions.chosen(logits, experts, choice, mask, length));
  }

  private static long[][] counts(CoActivation pairs) {
    long[][] counts = new long[pairs.experts()][pairs.experts()];
    for (int e = 0; e < counts.length; e++) {
      for (int f = 0; f < counts.length; f++) {
        counts[e][f] = pairs.count(e, f);
      }
    }
    return counts;
  }

  @Test
  void of_handWorked_countsAndShares() {
    CoActivation pairs = of(3, CHOICE, TokenMask.none(4));
    assertArrayEquals(new long[][] {{4, 2, 2}, {2, 2, 1}, {2, 1, 2}}, counts(pairs));
    // row e over n_ee = 4, 2, 2
    double[][] shares = {{1, 0.5, 0.5}, {1, 1, 0.5}, {1, 0.5, 1}};
    assertArrayEquals(shares, pairs.shares());
    assertEquals(0.5, pairs.share(0, 1));
    assertEquals(1, pairs.share(1, 0));
  }

  @Test
  void of_padding_countsForNothing() {
    // token 2 is padding: expert 1 was chosen by token 0 alone, expert 2 by token 1
    CoActivation pairs = of(3, CHOICE, TokenMask.of(true, true, false, true));
    assertArrayEquals(new long[][] {{3, 1, 1}, {1, 1, 0}, {1, 0, 1}}, counts(pairs));
  }

  @Test
  void of_expertListedTwice_countsOnce() {
    CoActivation pairs = of(2, new int[][] {{1, 1, 0}, {1, 1}}, TokenMask.none(2));
    assertArrayEquals(new long[][] {{1, 1}, {1, 2}}, counts(pairs));
  }

  @Test
  void of_assignmentsByExpert_sameAsByToken() {
    // as expert choice lists them: expert 1 takes tokens 0 and 1, expert 0 takes token 1
    Assignments assignments =
        Assignments.of(2, 2, new int[] {0, 1, 1}, new int[] {1, 1, 0}, new double[3]);
    CoActivation pairs =
        CoActivation.of(RouterDecision.of(assignments, TokenMask.none(2), 2, null, null));
    assertArrayEquals(new long[][] {{1, 1}, {1, 2}}, counts(pairs));
  }

  @Test
  void share_balanced_othersOverExpertsMinusOne() {
    // every pair of three experts once: K = 2, (K − 1)/(E − 1) = 1/2
    CoActivation pairs = of(3, new int[][] {{0, 1}, {0, 2}, {2, 1}}, TokenMask.none(3));
    double[][] shares = {{1, 0.5, 0.5}, {0.5, 1, 0.5}, {0.5, 0.5, 1}};
    assertArrayEquals(shares, pairs.shares());
  }

  @Test
  void share_collapsed_oneAmongTheChosen() {
    CoActivation pairs = of(3, new int[][] {{0, 2}, {0, 2}}, TokenMask.none(2));
    assertArrayEquals(new double[][] {{1, 0, 1}, {0, 0, 0}, {1, 0, 1}}, pairs.shares());
  }

  @Test
  void share_oneChoice_zeroOffDiagonal() {
    CoActivation pairs = of(2, new int[][] {{0}, {1}, {0}}, TokenMask.none(3));
    assertArrayEquals(new double[][] {{1, 0}, {0, 1}}, pairs.shares());
  }

  @Test
  void of_noTokens_zeros() {
    CoActivation empty = of(2, new int[0][], TokenMask.none(0));
    assertArrayEquals(new long[2][2], counts(empty));
    assertArrayEquals(new double[2][2], empty.shares());
    assertArrayEquals(new double[2][2], CoActivation.none(2).shares());
    assertArrayEquals(new long[2][2], counts(of(2, new int[][] {{0, 1}}, TokenMask.of(false))));
  }

  @Test
  void of_oneExpert_itself() {
    assertArrayEquals(new long[][] {{2}}, counts(of(1, new int[][] {{0}, {0}}, TokenMask.none(2))));
  }

  @Test
  void plus_partsOfABatch_wholeBatch() {
    for (int tokens : new int[] {0, 1, 3, 17}) {
      double[] a = RandomArrays.normal(Seeds.random(1), tokens * 5);
      double[] b = RandomArrays.normal(Seeds.random(2), 3 * 5);
      double[] both = new double[a.length + b.length];
      System.arraycopy(a, 0, both, 0, a.length);
      System.arraycopy(b, 0, both, a.length, b.length);
      CoActivation first = CoActivation.of(Decisions.topK(a, 5, 3, TokenMask.none(tokens)));
      long[][] before = counts(first);
      CoActivation sum = CoActivation.none(5)
          .plus(first)
          .plus(CoActivation.of(Decisions.topK(b, 5, 3, TokenMask.none(3))));
      CoActivation whole = CoActivation.of(Decisions.topK(both, 5, 3, TokenMask.none(tokens + 3)));
      assertArrayEquals(counts(whole), counts(sum));
      assertArrayEquals(before, counts(first));
    }
  }

  @Test
  void shares_changedByCaller_leaveItAlone() {
    CoActivation pairs = of(3, CHOICE, TokenMask.none(4));
    pairs.shares()[0][1] = 7;
    assertEquals(0.5, pairs.share(0, 1));
  }

  @Test
  void plus_otherExperts_saysBoth() {
    var error = assertThrows(
        IllegalArgumentException.class, () -> CoActivation.none(4).plus(CoActivation.none(3)));
    assertEquals("co-activations must have the same number of experts: 4 != 3", error.getMessage());
  }

  @Test
  void none_noExperts_saysHowMany() {
    var error = assertThrows(IllegalArgumentException.class, () -> CoActivation.none(0));
    assertEquals("experts must be at least 1 but was 0", error.getMessage());
  }

  @Test
  void count_expertOutside_saysWhich() {
    CoActivation pairs = CoActivation.none(3);
    var error = assertThrows(IllegalArgumentException.class, () -> pairs.count(0, 3));
    assertEquals("expert must be in [0, 3) but was 3", error.getMessage());
    error = assertThrows(IllegalArgumentException.class, () -> pairs.share(-1, 0));
    assertEquals("expert must be in [0, 3) but was -1", error.getMessage());
  }
}
