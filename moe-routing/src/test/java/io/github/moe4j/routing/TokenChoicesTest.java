package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Seeds.class)
class TokenChoicesTest {
  @ParameterizedTest
  @CsvSource({"0,3", "1,1", "3,1", "1,17", "17,4", "3,64"})
  void bestFirst_awkwardSizes_sameAsSort(int tokens, int experts) {
    SplittableRandom random = Seeds.random(tokens * 100L + experts);
    for (double share : new double[] {0, 0.3, 1}) {
      boolean[] chosen = new boolean[tokens * experts];
      double[] scores = new double[chosen.length];
      for (int i = 0; i < chosen.length; i++) {
        chosen[i] = random.nextDouble() < share;
        scores[i] = random.nextInt(5); // many ties
      }
      int[] expected = IntStream.range(0, chosen.length)
          .filter(i -> chosen[i])
          .boxed()
          .sorted(Comparator.<Integer>comparingInt(i -> i / experts)
              .thenComparingDouble(i -> -scores[i])
              .thenComparingInt(i -> i))
          .mapToInt(i -> i)
          .toArray();
      TokenChoices choices = TokenChoices.bestFirst(chosen, scores, experts);
      int[] made =
          IntStream.range(0, choices.size()).map(n -> choices.place(n, experts)).toArray();
      assertArrayEquals(expected, made, () -> Arrays.toString(made));
    }
  }
}
