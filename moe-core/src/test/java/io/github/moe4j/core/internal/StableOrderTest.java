package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.moe4j.testkit.Seeds;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Seeds.class)
class StableOrderTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 17, 100, 1023, 1025})
  void descending_randomWithTies_isTheStableSort(int length) {
    SplittableRandom random = Seeds.random(length);
    double[] values = random.ints(length, -3, 4).mapToDouble(i -> i / 2.0).toArray();
    double[] before = values.clone();
    int[] expected = IntStream.range(0, length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> 0.0 - values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
    assertArrayEquals(expected, StableOrder.descending(values));
    assertArrayEquals(before, values);
  }

  @Test
  void descending_zerosOfBothSigns_areEqual() {
    assertArrayEquals(
        new int[] {3, 0, 1, 2}, StableOrder.descending(new double[] {-0.0, 0.0, -0.0, 1e-300}));
  }

  @Test
  void ascending_handWorked_keepsTheOrderBeforeAmongEquals() {
    // keys of 4, 3, 2, 1, 0 are 1, 0, 2, 0, 1: key 0 has 3 and 1, key 1 has 4 and 0, key 2 has 2
    int[] keys = {1, 0, 2, 0, 1};
    assertArrayEquals(
        new int[] {3, 1, 4, 0, 2}, StableOrder.ascending(keys, 3, new int[] {4, 3, 2, 1, 0}));
    assertArrayEquals(new int[0], StableOrder.ascending(new int[0], 0, new int[0]));
  }
}
