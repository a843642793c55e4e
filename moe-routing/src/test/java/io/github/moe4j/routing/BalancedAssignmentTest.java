package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Seeds.class)
class BalancedAssignmentTest {
  private static int[] assign(double[] scores, int tokens, int experts) {
    int[] row = new int[tokens];
    Arrays.setAll(row, t -> t * experts);
    return BalancedAssignment.of(scores, row, experts);
  }

  @ParameterizedTest
  @CsvSource({
    "0,3", "1,1", "1,3", "2,3", "3,3", "4,3", "5,3", "6,3", "7,3", "8,3", "5,1", "6,2", "7,2",
    "4,4", "5,4", "6,4", "7,4", "3,5", "6,5", "7,5"
  })
  void of_tinySizes_sumOfTheBestOfAll(int tokens, int experts) {
    SplittableRandom random = Seeds.random(tokens * 10L + experts);
    for (int round = 0; round < 40; round++) {
      // every other time small whole numbers: many ties
      boolean whole = round % 2 == 0;
      double[] scores = RandomArrays.normal(random, tokens * experts);
      if (whole) {
        Arrays.setAll(scores, i -> random.nextInt(4));
      }
      int[] made = assign(scores, tokens, experts);
      requireBalanced(made, experts);
      double best = best(scores, tokens, experts, new int[experts], 0);
      assertEquals(best, sum(scores, made, experts), 1e-12, "sum of round " + round);
    }
  }

  /** The largest sum over all ways to place the tokens from one on. */
  private static double best(double[] scores, int tokens, int experts, int[] counts, int from) {
    if (from == tokens) {
      return Arrays.stream(counts).min().orElseThrow() >= tokens / experts
          ? 0
          : Double.NEGATIVE_INFINITY;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int e = 0; e < experts; e++) {
      if (counts[e] < (tokens + experts - 1) / experts) {
        counts[e]++;
        double rest = best(scores, tokens, experts, counts, from + 1);
        best = Math.max(best, scores[from * experts + e] + rest);
        counts[e]--;
      }
    }
    return best;
  }

  @ParameterizedTest
  @CsvSource({"210,7", "215,7", "256,16", "61,60", "300,2"})
  void of_randomScores_noMoveOrSwapImproves(int tokens, int experts) {
    double[] scores = RandomArrays.normal(Seeds.random(tokens), tokens * experts);
    // expert 0 is preferred by all, so that most chains are long
    for (int t = 0; t < tokens; t++) {
      scores[t * experts] += 2;
    }
    int[] made = assign(scores, tokens, experts);
    int[] counts = requireBalanced(made, experts);
    for (int a = 0; a < tokens; a++) {
      double atA = scores[a * experts + made[a]];
      for (int b = 0; b < a; b++) {
        double now = atA + scores[b * experts + made[b]];
        double swapped = scores[a * experts + made[b]] + scores[b * experts + made[a]];
        assertTrue(swapped <= now + 1e-9, "swap of " + a + " and " + b);
      }
      for (int e = 0; e < experts; e++) {
        boolean allowed = counts[made[a]] > tokens / experts && counts[e] == tokens / experts;
        assertTrue(!allowed || scores[a * experts + e] <= atA + 1e-9, "move of " + a);
      }
    }
  }

  /**
   * An assignment is best if no chain of hand-overs gains: none that returns to where it began, and
   * none from an expert with ⌈n/E⌉ tokens to one with ⌊n/E⌋.
   */
  @ParameterizedTest
  @CsvSource({"640,8", "643,8", "500,33", "100,64", "64,64", "30,64", "1300,5"})
  void of_manySizes_noChainImproves(int tokens, int experts) {
    SplittableRandom random = Seeds.random(tokens * 100L + experts);
    double[] normal = RandomArrays.normal(random, tokens * experts);
    // as they are; all tokens of one mind but for little; few different scores
    requireNoChainImproves(normal, tokens, experts);
    double[] alike = new double[normal.length];
    Arrays.setAll(alike, i -> -0.1 * (i % experts) + 0.01 * normal[i]);
    requireNoChainImproves(alike, tokens, experts);
    double[] tied = Arrays.stream(normal).map(Math::rint).toArray();
    requireNoChainImproves(tied, tokens, experts);
    requireNoChainImproves(new double[normal.length], tokens, experts);
  }

  private static void requireNoChainImproves(double[] scores, int tokens, int experts) {
    int[] made = assign(scores, tokens, experts);
    int[] counts = requireBalanced(made, experts);
    double[][] cost = new double[experts][experts];
    for (double[] costs : cost) {
      Arrays.fill(costs, Double.POSITIVE_INFINITY);
    }
    for (int t = 0; t < tokens; t++) {
      for (int e = 0; e < experts; e++) {
        double change = scores[t * experts + made[t]] - scores[t * experts + e];
        cost[made[t]][e] = Math.min(cost[made[t]][e], change);
      }
    }
    for (int by = 0; by < experts; by++) {
      for (int i = 0; i < experts; i++) {
        for (int j = 0; j < experts; j++) {
          cost[i][j] = Math.min(cost[i][j], cost[i][by] + cost[by][j]);
        }
      }
    }
    for (int i = 0; i < experts; i++) {
      for (int j = 0; j < experts; j++) {
        boolean allowed = i == j || counts[i] > counts[j];
        assertTrue(!allowed || cost[i][j] >= -1e-9, "chain from " + i + " to " + j);
      }
    }
  }

  @Test
  void of_preferencesBalancedAlready_eachItsBest() {
    double[] scores = {1, 9, 2, 9, 1, 2, 1, 2, 9, 3, 1, 9, 9, 2, 1, 2, 9, 1};
    assertArrayEquals(new int[] {1, 0, 2, 2, 0, 1}, assign(scores, 6, 3));
  }

  @Test
  void of_equalScores_inOrder() {
    assertArrayEquals(new int[] {0, 0, 1, 1, 2, 2, 0}, assign(new double[21], 7, 3));
  }

  @Test
  void of_hugeScores_stillBalancedAndBest() {
    double big = Double.MAX_VALUE;
    double[] scores = {big, -big, big, big / 2, -big, -big, big, 0};
    assertArrayEquals(new int[] {0, 1, 1, 0}, assign(scores, 4, 2));
  }

  @Test
  void of_scoresWhoseSumsOverflow_asTheSameInAnotherUnit() {
    double[] scores = RandomArrays.normal(Seeds.random(3), 60 * 5);
    Arrays.setAll(scores, i -> Math.tanh(scores[i]) + (i % 5 == 0 ? 0.9 : 0));
    double[] huge = Arrays.stream(scores).map(s -> s * 0x1p1022).toArray();
    assertArrayEquals(assign(scores, 60, 5), assign(huge, 60, 5));
  }

  @Test
  void of_scores_notModified() {
    double[] scores = RandomArrays.normal(Seeds.random(1), 30);
    double[] before = scores.clone();
    int[] first = assign(scores, 10, 3);
    assertArrayEquals(before, scores);
    assertArrayEquals(first, assign(scores, 10, 3));
  }

  private static int[] requireBalanced(int[] made, int experts) {
    int[] counts = new int[experts];
    for (int e : made) {
      counts[e]++;
    }
    for (int count : counts) {
      assertTrue(
          count == made.length / experts || count == (made.length + experts - 1) / experts,
          Arrays.toString(counts));
    }
    return counts;
  }

  private static double sum(double[] scores, int[] made, int experts) {
    double sum = 0;
    for (int t = 0; t < made.length; t++) {
      sum += scores[t * experts + made[t]];
    }
    return sum;
  }

  /** Scores are in another unit where sums might overflow, and only there: the smallest would vanish. */
  @Test
  void of_smallestScores_asTheSameInAnotherUnit() {
    SplittableRandom random = Seeds.random(5);
    for (int round = 0; round < 20; round++) {
      double[] scores = new double[8 * 4];
      Arrays.setAll(scores, i -> random.nextInt(1000));
      double[] smallest = Arrays.stream(scores).map(s -> s * Double.MIN_VALUE).toArray();
      assertArrayEquals(assign(scores, 8, 4), assign(smallest, 8, 4));
    }
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void of_largestScores_asTheSameInAnotherUnit() {
    SplittableRandom random = Seeds.random(6);
    for (int round = 0; round < 20; round++) {
      double[] scores = random.doubles(12 * 3, -1, 1).toArray();
      double[] small = Arrays.stream(scores).map(s -> s * 0x1.fffffp3).toArray();
      double[] largest = Arrays.stream(scores).map(s -> s * 0x1.fffffp1023).toArray();
      assertArrayEquals(assign(small, 12, 3), assign(largest, 12, 3));
    }
  }
}
