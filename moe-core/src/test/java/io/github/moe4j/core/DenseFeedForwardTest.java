package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class DenseFeedForwardTest {
  private static final int D = 4;
  private final INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 1, D);
  private final GluExperts network = network(1);
  private final DenseFeedForward plain = DenseFeedForward.of(network);
  private final DenseFeedForward gated = DenseFeedForward.gated(network, gate);

  private static GluExperts network(int experts) {
    ExpertOptions options =
        ExpertOptions.of(experts, D, 5).withBiases(true).withDataType(DataType.DOUBLE);
    GluExperts network = GluExperts.create(options, 1);
    RandomArrays.fill(network.parameters(), Seeds.random(2), 0.6);
    return network;
  }

  private static INDArray normal(long salt, int tokens) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), tokens, D);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 17})
  void forward_tokens_matchesNaive(int tokens) {
    INDArray x = normal(3, tokens);
    double[][] rows = Near.matrix(x);
    double[] g = values(gate);
    double[] sigmoid = Arrays.stream(rows)
        .mapToDouble(r -> 1 / (1 + Math.exp(-GradientCheck.weightedSum(r, g))))
        .toArray();
    double[] ones = new double[tokens];
    Arrays.fill(ones, 1);
    NaiveMoe naive = NaiveMoe.of(network.parameters(), Activation.SILU);
    try (FeedForwardPass a = plain.forward(TokenBatch.evaluation(x));
        FeedForwardPass b = gated.forward(TokenBatch.evaluation(x))) {
      assertNear("plain", naive.forward(rows, each(ones)), a.y(), 1e-12);
      assertNear("gated", naive.forward(rows, each(sigmoid)), b.y(), 1e-12);
      assertArrayEquals(new long[] {tokens, D}, b.y().shape());
      assertTrue(MoePasses.in(a).isEmpty());
    }
  }

  /** Every token to the one expert. */
  private static Assignments each(double[] weights) {
    int tokens = weights.length;
    return Assignments.of(
        tokens, 1, IntStream.range(0, tokens).toArray(), new int[tokens], weights);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void backward_padding_matchesDifferences(boolean withGate) {
    DenseFeedForward layer = withGate ? gated : plain;
    INDArray x = normal(3, 5);
    TokenBatch input = TokenBatch.evaluation(x)
        .differentiable()
        .withMask(TokenMask.of(true, true, false, true, true));
    double[] weight = values(normal(4, 5));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 5, D);
    Gradients into = layer.parameters().zeroGradients();
    try (FeedForwardPass run = layer.forward(input)) {
      run.backward(RandomArrays.of(DataType.DOUBLE, weight, 5, D), dx, into);
      assertAllZero("y of padding", Near.matrix(run.y())[2]);
    }
    assertAllZero("dx of padding", Near.matrix(dx)[2]);
    GradientCheck.of(() -> {
          try (FeedForwardPass run = layer.forward(input)) {
            return GradientCheck.weightedSum(run.y(), weight);
          }
        })
        .add("x", x, dx)
        .addAll(layer.parameters(), into)
        .assertCorrect();
    Frozen.assertRestUnchanged(layer.parameters(), some -> {
      INDArray dxAgain = Nd4j.zeros(DataType.DOUBLE, 5, D);
      try (FeedForwardPass run = layer.forward(input)) {
        run.backward(RandomArrays.of(DataType.DOUBLE, weight, 5, D), dxAgain, some);
      }
      return dxAgain;
    });
  }

  @Test
  void backward_strangeDy_sameAsContiguous() {
    INDArray x = normal(3, 5);
    INDArray dy = normal(4, 5);
    try (FeedForwardPass run = gated.forward(TokenBatch.training(x));
        FeedForwardPass again = gated.forward(TokenBatch.training(x))) {
      INDArray expected = Nd4j.zeros(DataType.DOUBLE, 5, D);
      INDArray actual = Nd4j.zeros(DataType.DOUBLE, 5, D);
      Gradients into = gated.parameters().zeroGradients();
      run.backward(dy, expected, into);
      again.backward(dy.dup('f'), actual, into);
      assertSameBits("dx", expected, actual);
    }
  }

  @Test
  void gate_givenOrNot_isThatOrNone() {
    assertSame(gate, gated.gate().orElseThrow());
    assertTrue(plain.gate().isEmpty());
  }

  @Test
  void moe_networkThatIsALayer_hasItsPass() {
    MoeLayer inner = MoeLayer.of(
        FixedRouter.of(RandomArrays.normal(DataType.DOUBLE, Seeds.random(5), 2, D), new int[] {1}),
        network(2));
    DenseFeedForward outer = DenseFeedForward.of(HierarchicalExperts.of(List.of(inner)));
    try (FeedForwardPass pass = outer.forward(TokenBatch.evaluation(normal(3, 5)))) {
      List<MoePass> passes = MoePasses.in(pass);
      assertEquals(1, passes.size());
      assertArrayEquals(new long[] {0, 5}, passes.get(0).load().assigned());
    }
  }

  @Test
  void withArena_shared_sameParametersAndResult() {
    INDArray x = normal(3, 5);
    DenseFeedForward other = gated.withArena(new Arena());
    assertEquals(gated.parameters().names(), other.parameters().names());
    try (FeedForwardPass a = gated.forward(TokenBatch.evaluation(x));
        FeedForwardPass b = other.forward(TokenBatch.evaluation(x))) {
      assertSameBits("y", a.y(), b.y());
    }
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    INDArray x = normal(3, 5);
    assertMessage(
        "x of a dense layer must be [*, 4] but was [5, 6]",
        () -> plain.forward(
            TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, 5, 6)).differentiable()));
    assertMessage(
        "parameter network.gate.weight must be FLOAT but was DOUBLE",
        () -> plain.forward(TokenBatch.evaluation(x.castTo(DataType.FLOAT)).differentiable()));
    assertMessage(
        "gate must be [1, 4] but was [1, 5]",
        () -> DenseFeedForward.gated(network, Nd4j.zeros(DataType.DOUBLE, 1, 5)));
    assertMessage(
        "a dense layer must have 1 expert network but had 2",
        () -> DenseFeedForward.of(network(2)));
    try (FeedForwardPass run = plain.forward(TokenBatch.evaluation(x).differentiable())) {
      Gradients into = plain.parameters().zeroGradients();
      INDArray dx = x.dup();
      assertMessage(
          "dy of a dense layer must be [5, 4] but was [4, 4]",
          () -> run.backward(normal(1, 4), dx, into));
      assertMessage(
          "dy of a dense layer must be DOUBLE but was FLOAT",
          () -> run.backward(x.castTo(DataType.FLOAT), dx, into));
      assertMessage(
          "dx of a dense layer must be [5, 4] but was [4, 4]",
          () -> run.backward(x, normal(1, 4), into));
      assertMessage(
          "dx of a dense layer must be DOUBLE but was FLOAT",
          () -> run.backward(x, x.castTo(DataType.FLOAT), into));
      assertMessage(
          "dx of a dense layer must be contiguous in c order but has order f and strides [1, 5]",
          () -> run.backward(x, x.dup('f'), into));
    }
  }

  @Test
  void close_then_yStaysAndBackwardThrows() {
    INDArray x = normal(3, 5);
    FeedForwardPass run = plain.forward(TokenBatch.evaluation(x).differentiable());
    double[] before = values(run.y());
    run.close();
    run.close();
    plain.forward(TokenBatch.evaluation(normal(4, 5))).close();
    assertSameBits("y", before, values(run.y()));
    assertThrows(
        IllegalStateException.class,
        () -> run.backward(x, x.dup(), plain.parameters().zeroGradients()));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
