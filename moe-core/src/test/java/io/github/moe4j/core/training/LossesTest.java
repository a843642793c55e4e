package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class LossesTest {
  private static final TokenMask MASK = TokenMask.of(true, false, true, true);
  private static final int[] TARGETS = {2, 99, 0, 1};

  @Test
  void crossEntropy_oneToken_isMinusLogProbability() {
    INDArray logits = RandomArrays.of(DataType.DOUBLE, new double[] {0, Math.log(3)}, 1, 2);
    LossGradient loss = CrossEntropy.create().of(logits, new int[] {0});
    assertEquals(Math.log(4), loss.value(), 1e-14); // probability 1/4
    assertEquals(2, loss.bits(), 1e-14);
    double[] gradient = {0.25 - 1, 0.75};
    Near.assertNear("gradient", gradient, Near.values(loss.gradient()), 1e-14);
  }

  @Test
  void crossEntropy_smoothing_mixesInTheUniformDistribution() {
    INDArray logits = RandomArrays.of(DataType.DOUBLE, new double[] {0, Math.log(3)}, 1, 2);
    double expected = 0.9 * Math.log(4) + 0.1 * (Math.log(4) + Math.log(4 / 3.0)) / 2;
    assertEquals(expected, new CrossEntropy(0.1).of(logits, new int[] {0}).value(), 1e-14);
  }

  @Test
  void crossEntropy_hugeLogits_finite() {
    INDArray logits = RandomArrays.of(DataType.DOUBLE, new double[] {1e4, -1e4}, 1, 2);
    assertEquals(2e4, CrossEntropy.create().of(logits, new int[] {1}).value(), 1e-9);
  }

  @Test
  void crossEntropy_gradient_isThatOfTheValue() {
    SplittableRandom random = Seeds.random(1);
    INDArray logits = RandomArrays.normal(DataType.DOUBLE, random, 4, 5);
    CrossEntropy entropy = new CrossEntropy(0.2);
    LossGradient loss = entropy.of(logits, TARGETS, MASK);
    GradientCheck.of(() -> entropy.of(logits, TARGETS, MASK).value())
        .add("logits", logits, loss.gradient())
        .assertCorrect();
  }

  @Test
  void losses_padding_isNotReadAndHasNoGradient() {
    SplittableRandom random = Seeds.random(1);
    INDArray logits = RandomArrays.normal(DataType.DOUBLE, random, 4, 5);
    double before = CrossEntropy.create().of(logits, TARGETS, MASK).value();
    logits.getRow(1).assign(Double.NaN);
    LossGradient entropy = CrossEntropy.create().of(logits, TARGETS, MASK);
    assertEquals(before, entropy.value());
    Near.assertAllZero("row", Near.values(entropy.gradient().getRow(1).dup()));
    INDArray target = RandomArrays.normal(DataType.DOUBLE, random, 4, 5);
    LossGradient error = MeanSquaredError.of(logits, target, MASK);
    Near.assertAllZero("row", Near.values(error.gradient().getRow(1).dup()));
    Accuracy.of(logits, TARGETS, MASK);
  }

  @Test
  void losses_microBatchesOfUnequalSize_addUpToTheMean() {
    SplittableRandom random = Seeds.random(1);
    INDArray logits = RandomArrays.normal(DataType.DOUBLE, random, 4, 5);
    TokenMask first = TokenMask.of(true, false, false, false);
    TokenMask second = TokenMask.of(false, false, true, true);
    CrossEntropy entropy = CrossEntropy.create();
    double whole = entropy.of(logits, TARGETS, MASK).value();
    double parts = entropy.of(logits, TARGETS, first, 3).value()
        + entropy.of(logits, TARGETS, second, 3).value();
    assertEquals(whole, parts, 1e-14);
  }

  @Test
  void meanSquaredError_gradient_isThatOfTheValue() {
    SplittableRandom random = Seeds.random(1);
    INDArray y = RandomArrays.normal(DataType.DOUBLE, random, 4, 3);
    INDArray target = RandomArrays.normal(DataType.DOUBLE, random, 4, 3);
    LossGradient loss = MeanSquaredError.of(y, target, MASK);
    GradientCheck.of(() -> MeanSquaredError.of(y, target, MASK).value())
        .add("y", y, loss.gradient())
        .assertCorrect();
    INDArray two = RandomArrays.of(DataType.DOUBLE, new double[] {1, 2}, 1, 2);
    INDArray zero = RandomArrays.of(DataType.DOUBLE, new double[] {0, 0}, 1, 2);
    assertEquals(2.5, MeanSquaredError.of(two, zero).value());
  }

  @Test
  void losses_wrongTargets_areErrorsThatNameTheToken() {
    INDArray logits = RandomArrays.of(DataType.DOUBLE, new double[] {1, 2, 3, 4}, 2, 2);
    CrossEntropy entropy = CrossEntropy.create();
    String message = assertThrows(
            IllegalArgumentException.class, () -> entropy.of(logits, new int[] {0, 2}))
        .getMessage();
    assertEquals("the target of token 1 must be in [0, 2) but was 2", message);
    assertThrows(IllegalArgumentException.class, () -> entropy.of(logits, new int[] {0}));
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropy(1));
    assertThrows(
        IllegalArgumentException.class,
        () -> MeanSquaredError.of(logits, logits.castTo(DataType.FLOAT)));
  }

  @Test
  void crossEntropy_wrongArguments_messageNamesThem() {
    INDArray logits = RandomArrays.of(DataType.DOUBLE, new double[] {1, 2, 3, 4}, 2, 2);
    CrossEntropy entropy = CrossEntropy.create();
    int[] targets = {0, 1};
    TokenMask mask = TokenMask.none(2);
    assertRefused("divisor must be above 0 but was 0", () -> entropy.of(logits, targets, mask, 0));
    assertRefused(
        "divisor must be above 0 but was -1", () -> entropy.of(logits, targets, mask, -1));
    assertRefused(
        "logits must be [3, *] but was [2, 2]", () -> entropy.of(logits, new int[] {0, 1, 0}));
    assertRefused(
        "targets must have T = 2 classes but had 1", () -> entropy.of(logits, new int[] {0}, mask));
    assertRefused(
        "targets must have T = 2 classes but had 3",
        () -> entropy.of(logits, new int[] {0, 1, 0}, mask));
    INDArray closed = Nd4j.create(DataType.DOUBLE, 2, 2);
    closed.close();
    assertRefused(
        "logits of the cross-entropy must be usable but it, or the array of which it is a view, was"
            + " closed",
        () -> entropy.of(closed, targets));
  }

  @Test
  void crossEntropy_divisorOfOne_isTheSum() {
    INDArray logits = RandomArrays.of(DataType.DOUBLE, new double[] {0, 0, 0, 0}, 2, 2);
    LossGradient sum = CrossEntropy.create().of(logits, new int[] {0, 1}, TokenMask.none(2), 1);
    assertEquals(2 * Math.log(2), sum.value(), 1e-15);
    double[] gradient = {-0.5, 0.5, 0.5, -0.5};
    Near.assertNear("gradient", gradient, Near.values(sum.gradient()), 1e-15);
  }

  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
