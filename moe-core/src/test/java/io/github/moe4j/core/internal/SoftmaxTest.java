package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SoftmaxTest {
  @Test
  void apply_partOfARow_sumsToOneAndTheRestStays() {
    double[] values = {1e9, Math.log(1), Math.log(2), Math.log(5), 1e9};
    Softmax.apply(values, 1, 4);
    assertArrayEquals(new double[] {1e9, 0.125, 0.25, 0.625, 1e9}, values, 1e-15);
  }

  @Test
  void apply_largeNumbers_noOverflow() {
    double[] values = {1000, 1000, -1000};
    Softmax.apply(values, 0, 3);
    assertArrayEquals(new double[] {0.5, 0.5, 0}, values);
    double[] one = {-1e300};
    Softmax.apply(one, 0, 1);
    assertEquals(1, one[0]);
  }

  @Test
  void backward_partOfARow_isAdded() {
    double[] p = {9, 0.25, 0.75, 9};
    double[] dP = {9, 2, 6, 9};
    double[] dScores = {1, 10, 20, 1};
    // Σ p·dp = 5
    Softmax.backward(p, dP, 1, 3, dScores);
    assertArrayEquals(new double[] {1, 10 + 0.25 * (2 - 5), 20 + 0.75 * (6 - 5), 1}, dScores);
    assertArrayEquals(new double[] {9, 0.25, 0.75, 9}, p);
    assertArrayEquals(new double[] {9, 2, 6, 9}, dP);
  }
}
