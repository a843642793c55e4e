package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class TopSelectionTest {
  private static int[] largest(double[] values, int from, int length, int k) {
    int[] chosen = new int[k];
    Arrays.fill(chosen, 99); // what it held before must not matter
    TopSelection.largest(values, from, length, chosen);
    return chosen;
  }

  @Test
  void largest_handWorked_relativeToFrom() {
    double[] values = {100, 4, 9, 4, 1, 9, 100};
    assertArrayEquals(new int[] {1, 4, 0}, largest(values, 1, 5, 3)); // 9, 9, 4
    assertArrayEquals(new int[] {1, 4, 0, 2, 3}, largest(values, 1, 5, 5));
  }

  @Test
  void largest_signedZeros_areEqual() {
    assertArrayEquals(new int[] {0, 1}, largest(new double[] {-0.0, 0.0}, 0, 2, 2));
  }

  @Test
  void largest_randomSizes_sameAsSort() {
    SplittableRandom random = Seeds.random(1);
    for (int round = 0; round < 500; round++) {
      int length = 1 + random.nextInt(70);
      int from = random.nextInt(5);
      int k = 1 + random.nextInt(length);
      double[] values = RandomArrays.normal(random, from + length + 3);
      requireSameAsSort(values, from, length, k);
      // few different values: many ties
      int levels = 1 + random.nextInt(4);
      requireSameAsSort(
          Arrays.stream(values).map(v -> Math.rint(v * levels)).toArray(), from, length, k);
    }
  }

  private static void requireSameAsSort(double[] values, int from, int length, int k) {
    assertArrayEquals(
        Decisions.largest(values, from, length, k),
        largest(values, from, length, k),
        () -> k + " of " + Arrays.toString(Arrays.copyOfRange(values, from, from + length)));
  }
}
