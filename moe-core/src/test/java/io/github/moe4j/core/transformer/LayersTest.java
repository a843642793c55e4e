package io.github.moe4j.core.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Linear layers, RMS normalization and embeddings. */
@ExtendWith(Seeds.class)
class LayersTest {
  private static final TokenMask MASK = TokenMask.of(true, false, true, true);

  private final Arena arena = new Arena();

  @Test
  void linear_forward_multipliesAndAddsTheBias() {
    Linear linear = Linear.create(2, 3, DataType.DOUBLE, new SplittableRandom(1));
    linear.parameters().get("weight").assign(Nd4j.create(new double[][] {{1, 2}, {3, 4}, {5, 6}}));
    linear.parameters().get("bias").assign(Nd4j.create(new double[] {10, 20, 30}));
    INDArray x = RandomArrays.of(DataType.DOUBLE, new double[] {1, 0, 1, 1}, 2, 2);
    try (Arena.Scope scope = arena.open()) {
      INDArray y = linear.forward(x, TokenMask.none(2), scope).y();
      Near.assertNear("y", new double[] {11, 23, 35, 13, 27, 41}, Near.values(y), 1e-13);
    }
  }

  @Test
  void linear_backward_isTheGradient() {
    SplittableRandom random = Seeds.random(1);
    Linear linear = Linear.create(3, 5, DataType.DOUBLE, random);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, 4, 3);
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 4, 3);
    double[] weight = RandomArrays.normal(random, 20);
    Gradients gradients = linear.parameters().zeroGradients();
    try (Arena.Scope scope = arena.open()) {
      INDArray dy = RandomArrays.of(DataType.DOUBLE, weight, 4, 5);
      linear.forward(x, MASK, scope).backward(dy, dx, gradients);
    }
    GradientCheck.of(() -> {
          try (Arena.Scope scope = arena.open()) {
            return GradientCheck.weightedSum(linear.forward(x, MASK, scope).y(), weight);
          }
        })
        .add("x", x, dx)
        .addAll(linear.parameters(), gradients)
        .assertCorrect();
  }

  @Test
  void rmsNorm_backward_isTheGradient() {
    SplittableRandom random = Seeds.random(1);
    RmsNorm norm = RmsNorm.create(6, 1e-3, DataType.DOUBLE);
    RandomArrays.fill(norm.parameters(), random, 1);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, 4, 6);
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 4, 6);
    double[] weight = RandomArrays.normal(random, 24);
    Gradients gradients = norm.parameters().zeroGradients();
    try (Arena.Scope scope = arena.open()) {
      INDArray dy = RandomArrays.of(DataType.DOUBLE, weight, 4, 6);
      norm.forward(x, MASK, scope).backward(dy, dx, gradients);
    }
    GradientCheck.of(() -> {
          try (Arena.Scope scope = arena.open()) {
            return GradientCheck.weightedSum(norm.forward(x, MASK, scope).y(), weight);
          }
        })
        .add("x", x, dx)
        .addAll(norm.parameters(), gradients)
        .assertCorrect();
  }

  @Test
  void rmsNorm_forward_hasRootMeanSquareOne() {
    RmsNorm norm = RmsNorm.create(2, 0, DataType.DOUBLE);
    INDArray x = RandomArrays.of(DataType.DOUBLE, new double[] {3, 4}, 1, 2);
    try (Arena.Scope scope = arena.open()) {
      double root = Math.sqrt(12.5);
      double[] y = Near.values(norm.forward(x, TokenMask.none(1), scope).y());
      Near.assertNear("y", new double[] {3 / root, 4 / root}, y, 1e-15);
    }
  }

  @Test
  void embedding_backward_addsForRepeatedIds() {
    Embedding embedding =
        Embedding.create(3, 2, DataType.FLOAT, Initializer.normal(1), new SplittableRandom(5));
    int[] ids = {1, 77, 1, 0};
    Gradients gradients = embedding.parameters().zeroGradients();
    try (Arena.Scope scope = arena.open()) {
      Embedding.Pass pass = embedding.forward(ids, MASK, scope);
      double[] table = Near.values(embedding.parameters().get("weight"));
      double[] y = {table[2], table[3], 0, 0, table[2], table[3], table[0], table[1]};
      Near.assertNear("y", y, Near.values(pass.y()), 0);
      double[] dy = {1, 2, Double.NaN, 9, 10, 20, 100, 200};
      pass.backward(RandomArrays.of(DataType.FLOAT, dy, 4, 2), gradients);
    }
    double[] expected = {100, 200, 11, 22, 0, 0};
    Near.assertNear("dW", expected, Near.values(gradients.get("weight")), 0);
  }

  @Test
  void allLayers_paddingOfNaN_reachesNothing() {
    SplittableRandom random = Seeds.random(1);
    Linear linear = Linear.create(3, 3, DataType.FLOAT, random);
    RmsNorm norm = RmsNorm.create(3, 1e-6, DataType.FLOAT);
    INDArray x = RandomArrays.normal(DataType.FLOAT, random, 4, 3);
    INDArray dy = RandomArrays.normal(DataType.FLOAT, random, 4, 3);
    x.getRow(1).assign(Double.NaN);
    dy.getRow(1).assign(Double.NaN);
    INDArray dx = Nd4j.zeros(DataType.FLOAT, 4, 3);
    Gradients ofLinear = linear.parameters().zeroGradients();
    Gradients ofNorm = norm.parameters().zeroGradients();
    try (Arena.Scope scope = arena.open()) {
      Linear.Pass projected = linear.forward(x, MASK, scope);
      RmsNorm.Pass normed = norm.forward(x, MASK, scope);
      Near.assertAllZero("y", Near.values(projected.y().getRow(1).dup()));
      Near.assertAllZero("y", Near.values(normed.y().getRow(1).dup()));
      projected.backward(dy, dx, ofLinear);
      normed.backward(dy, dx, ofNorm);
    }
    Near.assertAllZero("dx", Near.values(dx.getRow(1).dup()));
    assertFalse(Double.isNaN(dx.sumNumber().doubleValue()));
    assertFalse(Double.isNaN(ofLinear.globalNorm() + ofNorm.globalNorm()));
  }

  @Test
  void allLayers_wrongInput_isAnError() {
    Linear linear = Linear.create(3, 2, DataType.DOUBLE, new SplittableRandom(1));
    Embedding embedding =
        Embedding.create(3, 2, DataType.FLOAT, Initializer.zeros(), new SplittableRandom(5));
    NamedArrays parameters = linear.parameters();
    try (Arena.Scope scope = arena.open()) {
      INDArray wide = Nd4j.zeros(DataType.DOUBLE, 1, 4);
      INDArray single = Nd4j.zeros(DataType.FLOAT, 1, 3);
      TokenMask one = TokenMask.none(1);
      assertThrows(IllegalArgumentException.class, () -> linear.forward(wide, one, scope));
      assertThrows(IllegalArgumentException.class, () -> linear.forward(single, one, scope));
      String message = assertThrows(
              IllegalArgumentException.class, () -> embedding.forward(new int[] {3}, one, scope))
          .getMessage();
      assertEquals("the id of token 0 must be in [0, 3) but was 3", message);
      Linear.Pass pass = linear.forward(Nd4j.zeros(DataType.DOUBLE, 1, 3), one, scope);
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 1, 3);
      assertThrows(
          IllegalArgumentException.class,
          () -> pass.backward(Nd4j.zeros(DataType.DOUBLE, 1, 3), dx, parameters.zeroGradients()));
    }
  }

  private static Sequential sequence(SplittableRandom random) {
    int[][] choice = {{0, 1}, {1, 2}, {2, 0}, {0, 2}};
    MoeLayer moe = MoeLayer.of(
        FixedRouter.of(RandomArrays.normal(DataType.DOUBLE, random, 3, 6), choice),
        GluExperts.create(ExpertOptions.of(3, 6, 5).withDataType(DataType.DOUBLE), 3));
    return Sequential.builder()
        .add("in", Linear.create(4, 6, DataType.DOUBLE, random))
        .add("norm", RmsNorm.create(6, 1e-6, DataType.DOUBLE))
        .add("moe", Residual.of(moe))
        .add("out", Linear.create(6, 3, DataType.DOUBLE, random))
        .build();
  }

  @Test
  void sequential_backward_isTheGradient() {
    SplittableRandom random = Seeds.random(1);
    Sequential model = sequence(random);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, 4, 4);
    double[] weight = RandomArrays.normal(random, 12);
    INDArray dy = RandomArrays.of(DataType.DOUBLE, weight, 4, 3);
    Gradients gradients = model.parameters().zeroGradients();
    try (Sequential.Pass pass = model.forward(TokenBatch.training(x))) {
      assertEquals(1, pass.moe().size());
      pass.backward(dy, gradients);
    }
    GradientCheck.of(() -> {
          try (Sequential.Pass pass = model.forward(TokenBatch.evaluation(x))) {
            return GradientCheck.weightedSum(pass.y(), weight);
          }
        })
        .addAll(model.parameters(), gradients)
        .assertCorrect();
  }

  @Test
  void sequential_backwardThatCannotBe_isAnErrorThatChangesNothing() {
    SplittableRandom random = Seeds.random(1);
    Sequential model = sequence(random);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, 4, 4);
    INDArray dy = Nd4j.ones(DataType.DOUBLE, 4, 3);
    Gradients gradients = model.parameters().zeroGradients();
    try (Sequential.Pass pass = model.forward(TokenBatch.evaluation(x))) {
      assertThrows(IllegalStateException.class, () -> pass.backward(dy, gradients));
    }
    try (Sequential.Pass pass = model.forward(TokenBatch.training(x))) {
      INDArray wrong = Nd4j.ones(DataType.DOUBLE, 4, 4);
      assertThrows(IllegalArgumentException.class, () -> pass.backward(wrong, gradients));
      assertEquals(0, gradients.globalNorm());
      pass.backward(dy, gradients);
      double norm = gradients.globalNorm();
      assertThrows(IllegalStateException.class, () -> pass.backward(dy, gradients));
      assertEquals(norm, gradients.globalNorm());
    }
    Sequential.Builder builder = Sequential.builder();
    assertThrows(IllegalArgumentException.class, builder::build);
  }
}
