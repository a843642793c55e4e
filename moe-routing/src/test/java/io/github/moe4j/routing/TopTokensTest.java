package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Seeds.class)
class TopTokensTest {
  @Test
  void largest_handWorked_bestFirstThenLowestToken() {
    // token 1 is left out; expert 0: 2, 5, 5   expert 1: 7, 1, 8
    double[] values = {2, 7, 9, 9, 5, 1, 5, 8};
    int[][] best = TopTokens.largest(values, 2, new int[] {0, 2, 3}, 2);
    assertArrayEquals(new int[][] {{2, 3}, {3, 0}}, best);
  }

  /** 3000 tokens of 17 experts are shared out among threads, in parts that are not multiples of 8. */
  @ParameterizedTest
  @CsvSource({
    "0,3", "1,1", "3,1", "3,8", "17,7", "17,8", "17,9", "17,16", "64,17", "100,3", "3000,17"
  })
  void largest_awkwardSizes_sameAsSort(int tokens, int experts) {
    SplittableRandom random = Seeds.random(tokens * 100L + experts);
    double[] values = RandomArrays.normal(random, tokens * experts);
    for (int levels : new int[] {1, 1_000_000}) { // many ties, and none
      double[] rounded = Arrays.stream(values).map(v -> Math.rint(v * levels)).toArray();
      int[] some = RandomArrays.mask(random, tokens).validIndices(0, tokens);
      requireSameAsSort(rounded, experts, some, some.length);
      requireSameAsSort(rounded, experts, some, some.length / 3);
      int[] all = TokenMask.none(tokens).validIndices(0, tokens);
      requireSameAsSort(rounded, experts, all, Math.min(1, tokens));
    }
  }

  private static void requireSameAsSort(double[] values, int experts, int[] tokens, int count) {
    int[][] best = TopTokens.largest(values, experts, tokens, count);
    for (int e = 0; e < experts; e++) {
      int expert = e;
      double[] column =
          Arrays.stream(tokens).mapToDouble(t -> values[t * experts + expert]).toArray();
      int[] expected = Arrays.stream(Decisions.largest(column, 0, column.length, count))
          .map(i -> tokens[i])
          .toArray();
      assertArrayEquals(expected, best[e], "expert " + e);
    }
  }
}
