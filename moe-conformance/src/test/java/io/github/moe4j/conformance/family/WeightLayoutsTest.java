package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WeightLayoutsTest {
  /** 1, 2, 3 … in c order. */
  private static INDArray count(long... shape) {
    int length = 1;
    for (long size : shape) {
      length *= (int) size;
    }
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = i + 1;
    }
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  private static void assertIs(INDArray actual, long[] shape, double... values) {
    assertArrayEquals(shape, actual.shape());
    assertArrayEquals(values, actual.dup('c').data().asDouble());
  }

  @Test
  void transposed_twoExperts_swapsTheLastAxes() {
    // expert 0 is [[1,2,3],[4,5,6]], expert 1 [[7,8,9],[10,11,12]]
    INDArray array = count(2, 2, 3);
    assertIs(
        WeightLayouts.transposed(array),
        new long[] {2, 3, 2},
        1,
        4,
        2,
        5,
        3,
        6,
        7,
        10,
        8,
        11,
        9,
        12);
    assertArrayEquals(new long[] {2, 2, 3}, array.shape());
  }

  @Test
  void half_weightsAndBiases_takesRowsOfEachExpert() {
    INDArray weight = count(2, 4, 2);
    assertIs(WeightLayouts.half(weight, 0), new long[] {2, 2, 2}, 1, 2, 3, 4, 9, 10, 11, 12);
    assertIs(WeightLayouts.half(weight, 1), new long[] {2, 2, 2}, 5, 6, 7, 8, 13, 14, 15, 16);
    assertIs(WeightLayouts.half(count(2, 4), 1), new long[] {2, 2}, 3, 4, 7, 8);
    assertArrayEquals(new long[] {2, 4, 2}, weight.shape());
  }

  @Test
  void joined_ofHalves_isTheSame() {
    INDArray array = count(3, 4, 2);
    INDArray joined =
        WeightLayouts.joined(WeightLayouts.half(array, 0), WeightLayouts.half(array, 1));
    assertIs(joined, array.shape(), array.data().asDouble());
  }

  @Test
  void interleaved_weightsAndBiases_takesRowsInTurn() {
    INDArray first = count(2, 2, 2);
    INDArray second = count(2, 2, 2).neg();
    assertIs(
        WeightLayouts.interleaved(first, second),
        new long[] {2, 4, 2},
        1,
        2,
        -1,
        -2,
        3,
        4,
        -3,
        -4,
        5,
        6,
        -5,
        -6,
        7,
        8,
        -7,
        -8);
    assertIs(
        WeightLayouts.interleaved(count(1, 2), count(1, 2).neg()), new long[] {1, 4}, 1, -1, 2, -2);
    assertArrayEquals(new long[] {2, 2, 2}, first.shape());
  }

  /**
   * x = (3, 4): mean x² = 12.5, so x/√12.5 = (0.6, 0.8)·√2. With scale (1, 2) and dy = (1, 0):
   *
   * <pre>
   * y      = (0.6·√2, 1.6·√2)
   * dscale = dy·x/√12.5 = (0.6·√2, 0)
   * dx     = (g − u·mean(g·u))/√12.5, g = (1, 0), u = (0.6, 0.8)·√2, mean(g·u) = 0.3·√2
   *        = (1 − 0.36, −0.48)/√12.5
   * </pre>
   */
  @Test
  void rmsNorm_byHand_forwardAndBack() {
    RmsNorm norm = new RmsNorm(
        Nd4j.createFromArray(new double[][] {{3, 4}}), Nd4j.createFromArray(1.0, 2.0), 0);
    INDArray dy = Nd4j.createFromArray(new double[][] {{1, 0}});
    double root = Math.sqrt(2);
    double size = Math.sqrt(12.5);
    assertArrayEquals(new double[] {0.6 * root, 1.6 * root}, norm.y().data().asDouble(), 1e-15);
    assertArrayEquals(new double[] {0.6 * root, 0}, norm.dScale(dy).data().asDouble(), 1e-15);
    assertArrayEquals(
        new double[] {0.64 / size, -0.48 / size}, norm.dx(dy).data().asDouble(), 1e-15);
  }
}
