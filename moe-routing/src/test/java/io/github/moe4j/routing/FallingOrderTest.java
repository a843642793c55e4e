package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Seeds.class)
class FallingOrderTest {
  private static int[] next(FallingOrder order, int count) {
    int[] indices = new int[count];
    Arrays.setAll(indices, i -> order.next());
    return indices;
  }

  @Test
  void next_handWorked_largestFirstThenLowestIndex() {
    FallingOrder order = new FallingOrder(6);
    order.start(new double[] {100, 4, 9, 4, 1, 9, 100}, 1, 5);
    assertArrayEquals(new int[] {1, 4, 0, 2, 3}, next(order, 5)); // 9, 9, 4, 4, 1
  }

  @Test
  void next_signedZerosAndInfinities_inOrder() {
    FallingOrder order = new FallingOrder(4);
    double infinity = Double.POSITIVE_INFINITY;
    order.start(new double[] {-infinity, -0.0, 0.0, infinity}, 0, 4);
    assertArrayEquals(new int[] {3, 1, 2, 0}, next(order, 4));
  }

  @Test
  void start_afterPartOfAnotherRow_onlyTheNewRow() {
    FallingOrder order = new FallingOrder(5);
    order.start(new double[] {5, 6, 7, 8, 9}, 0, 5);
    next(order, 2);
    order.start(new double[] {1, 3, 2}, 0, 3);
    assertArrayEquals(new int[] {1, 2, 0}, next(order, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 63, 64, 65, 256, 1000})
  void next_awkwardLengths_sameAsSort(int length) {
    SplittableRandom random = Seeds.random(length);
    FallingOrder order = new FallingOrder(length);
    for (int round = 0; round < 20; round++) {
      double[] values = RandomArrays.normal(random, length);
      int levels = 1 + random.nextInt(4);
      // every other time few different values: many ties
      double[] row = round % 2 == 0
          ? values
          : Arrays.stream(values).map(v -> Math.rint(v * levels)).toArray();
      double[] before = row.clone();
      int count = 1 + random.nextInt(length);
      order.start(row, 0, length);
      assertArrayEquals(Decisions.largest(row, 0, length, count), next(order, count));
      assertArrayEquals(before, row, "not modified");
    }
  }
}
