package io.github.moe4j.core.soft;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.soft.SoftMoeOptions.PaddedOutput;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tokens and every parameter of {@link SoftMoe} against differences. */
@ExtendWith(Seeds.class)
class SoftMoeGradientTest {
  private static final int D = 4;

  static Stream<SoftMoeOptions> options() {
    return Arrays.stream(SlotNormalization.values())
        .flatMap(kind ->
            Arrays.stream(PaddedOutput.values()).map(padded -> new SoftMoeOptions(kind, padded)));
  }

  /** Small enough to be quick: two sequences, one with padding between tokens. */
  @ParameterizedTest
  @EnumSource(SlotNormalization.class)
  void backward_fewTokens_matchesDifferences(SlotNormalization kind) {
    ExpertOptions sizes = ExpertOptions.of(2, 3, 1).withDataType(DataType.DOUBLE);
    SoftMoe layer = SoftMoe.create(
        FfnExperts.create(sizes, 1), 1, SoftMoeOptions.paper().withNormalization(kind), 2);
    RandomArrays.fill(layer.parameters(), Seeds.random(3), 0.7);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 6, 3);
    TokenMask mask = TokenMask.of(true, false, true, true, true, true);
    check(layer, TokenBatch.evaluation(x).differentiable().withSequenceLength(3).withMask(mask));
  }

  @ParameterizedTest
  @MethodSource("options")
  @Tag("slow")
  void backward_paddingAndSequences_matchesDifferences(SoftMoeOptions options) {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 8, D);
    TokenMask mask = TokenMask.of(true, true, false, true, true, false, false, true);
    SoftMoe layer = SoftMoeTest.layer(DataType.DOUBLE, options);
    check(layer, TokenBatch.evaluation(x).differentiable().withSequenceLength(4).withMask(mask));
    check(layer, TokenBatch.evaluation(x).differentiable());
    check(layer, TokenBatch.evaluation(x).differentiable().withSequenceLength(1));
  }

  private static void check(SoftMoe layer, TokenBatch input) {
    INDArray x = input.x();
    double[] weight = RandomArrays.normal(Seeds.random(2), (int) x.length());
    INDArray dy = RandomArrays.of(DataType.DOUBLE, weight, x.shape());
    INDArray before = dy.dup();
    Gradients into = layer.parameters().zeroGradients();
    INDArray dx = Nd4j.create(DataType.DOUBLE, x.shape());
    try (FeedForwardPass run = layer.forward(input)) {
      run.backward(dy, dx, into);
    }
    requireSecondAdds(layer, input, dy, dx, into);
    assertSameBits("dy", before, dy);
    GradientCheck.of(() -> {
          try (FeedForwardPass run = layer.forward(input)) {
            return GradientCheck.weightedSum(run.y(), weight);
          }
        })
        .add("x", x, dx)
        .addAll(layer.parameters(), into)
        .assertCorrect();
    Frozen.assertRestUnchanged(layer.parameters(), some -> {
      INDArray dxAgain = Nd4j.create(DataType.DOUBLE, x.shape());
      try (FeedForwardPass run = layer.forward(input)) {
        run.backward(dy, dxAgain, some);
      }
      return dxAgain;
    });
  }

  private static void requireSecondAdds(
      SoftMoe layer, TokenBatch input, INDArray dy, INDArray dx, Gradients into) {
    Gradients twice = layer.parameters().zeroGradients();
    twice.add(into);
    INDArray dxTwice = dx.dup();
    try (FeedForwardPass run = layer.forward(input)) {
      run.backward(dy.dup('f'), dxTwice, twice);
    }
    assertNear("dx twice", dx.mul(2), dxTwice, 1e-11);
    into.forEach((name, array) -> assertNear(name, array.mul(2), twice.get(name), 1e-11));
  }

  @Test
  void backward_gatedExpertsWithDropout_matchesDifferences() {
    ExpertOptions sizes = ExpertOptions.of(2, D, 3).withDataType(DataType.DOUBLE);
    SoftMoe layer =
        SoftMoe.create(GluExperts.create(sizes, 1).withDropout(0.3), 2, SoftMoeOptions.paper(), 2);
    RandomArrays.fill(layer.parameters(), Seeds.random(3), 0.7);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 6, D);
    double[] weight = RandomArrays.normal(Seeds.random(2), 6 * D);
    INDArray dx = Nd4j.create(DataType.DOUBLE, 6, D);
    Gradients into = layer.parameters().zeroGradients();
    try (FeedForwardPass run = layer.forward(TokenBatch.training(x, new SplittableRandom(4)))) {
      run.backward(RandomArrays.of(DataType.DOUBLE, weight, 6, D), dx, into);
    }
    GradientCheck.of(() -> {
          try (FeedForwardPass run =
              layer.forward(TokenBatch.training(x, new SplittableRandom(4)))) {
            return GradientCheck.weightedSum(run.y(), weight);
          }
        })
        .add("x", x, dx)
        .addAll(layer.parameters(), into)
        .assertCorrect();
  }

  @Test
  void backward_tokenOfZeros_finite() {
    for (SlotNormalization kind : SlotNormalization.values()) {
      SoftMoe layer =
          SoftMoeTest.layer(DataType.DOUBLE, SoftMoeOptions.paper().withNormalization(kind));
      INDArray x = Nd4j.create(DataType.DOUBLE, 3, D);
      x.getRow(1).assign(1);
      INDArray dx = Nd4j.create(DataType.DOUBLE, 3, D);
      try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(x).differentiable())) {
        run.backward(x, dx, layer.parameters().zeroGradients());
      }
      assertEquals(
          0, Arrays.stream(values(dx)).filter(v -> !Double.isFinite(v)).count(), kind.name());
    }
  }

  @Test
  void backward_noTokens_gradientsZero() {
    SoftMoe layer = SoftMoeTest.layer(DataType.DOUBLE, SoftMoeOptions.lucidrains());
    INDArray none = Nd4j.create(DataType.DOUBLE, 0, D);
    Gradients into = layer.parameters().zeroGradients();
    try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(none).differentiable())) {
      run.backward(none, Nd4j.create(DataType.DOUBLE, 0, D), into);
    }
    assertEquals(0, into.globalNorm());
  }

  @ParameterizedTest
  @MethodSource("options")
  void backward_float_nearDouble(SoftMoeOptions options) {
    SoftMoe wide = SoftMoeTest.layer(DataType.DOUBLE, options);
    SoftMoe narrow = SoftMoeTest.layer(DataType.FLOAT, options);
    wide.parameters().forEach((name, array) -> narrow.parameters().get(name).assign(array));
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 8, D);
    Gradients a = wide.parameters().zeroGradients();
    Gradients b = narrow.parameters().zeroGradients();
    INDArray dx = Nd4j.create(DataType.DOUBLE, 8, D);
    INDArray dxNarrow = Nd4j.create(DataType.FLOAT, 8, D);
    INDArray xNarrow = x.castTo(DataType.FLOAT);
    try (FeedForwardPass run =
            wide.forward(TokenBatch.evaluation(x).differentiable().withSequenceLength(4));
        FeedForwardPass other =
            narrow.forward(TokenBatch.evaluation(xNarrow).differentiable().withSequenceLength(4))) {
      run.backward(x, dx, a);
      other.backward(xNarrow, dxNarrow, b);
    }
    assertNear("dx", values(dx), values(dxNarrow), 2e-4);
    a.forEach((name, array) -> assertNear(name, values(array), values(b.get(name)), 2e-4));
  }
}
