package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class WeightAtTest {
  private static final int D = 4;
  private static final int E = 3;
  private static final int[][] CHOICE = {{0, 1}, {0, 2}, {0}};

  private static INDArray normal(DataType type, long salt, long... shape) {
    return RandomArrays.normal(type, Seeds.random(salt), shape);
  }

  private static MoeLayer layer(DataType type, WeightAt place) {
    ExpertOptions options = ExpertOptions.of(E, D, 5).withBiases(true).withDataType(type);
    GluExperts experts = GluExperts.create(options, 1);
    RandomArrays.fill(experts.parameters(), Seeds.random(2), 0.7);
    return MoeLayer.builder(FixedRouter.of(normal(type, 3, E, D), CHOICE), experts)
        .weightAt(place)
        .sharedExpert(DenseFeedForward.of(
            GluExperts.create(ExpertOptions.of(1, D, 2).withBiases(true).withDataType(type), 4)))
        .build();
  }

  /** y = Σ expert(w·x) with plain loops: each assignment per token of its own with weight 1. */
  private static double[][] naive(MoeLayer layer, double[][] x, Assignments kept) {
    int n = kept.size();
    double[][] scaled = new double[n][D];
    double[] ones = new double[n];
    int[] expert = new int[n];
    for (int i = 0; i < n; i++) {
      ones[i] = 1;
      expert[i] = kept.expert(i);
      for (int d = 0; d < D; d++) {
        scaled[i][d] = kept.weight(i) * x[kept.token(i)][d];
      }
    }
    Assignments rows = Assignments.of(n, E, IntStream.range(0, n).toArray(), expert, ones);
    double[][] outputs =
        NaiveMoe.of(layer.experts().parameters(), Activation.SILU).forward(scaled, rows);
    double[][] y = new double[x.length][D];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < D; d++) {
        y[kept.token(i)][d] += outputs[i][d];
      }
    }
    return y;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 17})
  void forward_input_matchesNaive(int tokens) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      MoeLayer with = layer(type, WeightAt.INPUT);
      MoeLayer layer = MoeLayer.builder(with.router(), with.experts())
          .weightAt(WeightAt.INPUT)
          .build();
      INDArray x = normal(type, 5, tokens, D);
      INDArray before = tokens == 0 ? x : x.dup();
      try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
        double[][] expected = naive(layer, Near.matrix(x), pass.plan().assignments());
        assertNear("y", expected, pass.y(), type == DataType.DOUBLE ? 1e-12 : 1e-5);
        assertArrayEquals(new long[] {tokens, D}, pass.backward(x).dx().shape());
      }
      assertSameBits("x", before, x);
    }
  }

  @Test
  void forward_oneToken_byHand() {
    // one expert, D = H = 1: y = down·relu(up·w·x + 1) = 3·relu(2·0.5·4 + 1) = 15; the weight is
    // a softmax over two experts with equal logits, 0.5; at the output it is 0.5·3·(8 + 1) = 13.5
    INDArray up = Nd4j.createFromArray(2.0, 2.0).reshape('c', 2, 1, 1);
    INDArray bias = Nd4j.ones(DataType.DOUBLE, 2, 1);
    INDArray down = Nd4j.createFromArray(3.0, 3.0).reshape('c', 2, 1, 1);
    FfnExperts experts = FfnExperts.of(Activation.RELU, up, bias, down, null);
    FixedRouter router = FixedRouter.of(Nd4j.zeros(DataType.DOUBLE, 2, 1), new int[] {0});
    TokenBatch input = TokenBatch.evaluation(Nd4j.createFromArray(4.0).reshape('c', 1, 1));
    try (MoePass atInput =
            MoeLayer.builder(router, experts).weightAt(WeightAt.INPUT).build().forward(input);
        MoePass atOutput = MoeLayer.of(router, experts).forward(input)) {
      assertEquals(15, atInput.y().getDouble(0), 1e-13);
      assertEquals(13.5, atOutput.y().getDouble(0), 1e-13);
    }
  }

  @ParameterizedTest
  @EnumSource(WeightAt.class)
  void backward_paddingAndDrops_matchesDifferences(WeightAt place) {
    MoeLayer plain = layer(DataType.DOUBLE, place);
    // keeps the first two of each expert
    CapacityRule two = (decision, mode) -> {
      int[] used = new int[E];
      Assignments all = decision.assignments();
      return CapacityPass.ofKept(
          all,
          IntStream.range(0, all.size()).filter(n -> used[all.expert(n)]++ < 2).toArray());
    };
    MoeLayer layer = MoeLayer.builder(plain.router(), plain.experts())
        .weightAt(place)
        .capacity(two)
        .sharedExpert(DenseFeedForward.of(
            GluExperts.create(ExpertOptions.of(1, D, 2).withDataType(DataType.DOUBLE), 4)))
        .build();
    INDArray x = normal(DataType.DOUBLE, 5, 7, D);
    INDArray dirty = x.dup();
    dirty.getRow(2).assign(Double.NaN);
    TokenMask mask = TokenMask.of(true, true, false, true, true, true, true);
    double[] weight = RandomArrays.normal(Seeds.random(6), 7 * D);
    INDArray dy = RandomArrays.of(DataType.DOUBLE, weight, 7, D);
    MoeGradients gradients;
    try (MoePass pass =
        layer.forward(TokenBatch.evaluation(dirty).differentiable().withMask(mask))) {
      assertEquals(5, pass.dropped());
      gradients = pass.backward(dy);
    }
    GradientCheck.of(() -> {
          try (MoePass pass =
              layer.forward(TokenBatch.evaluation(x).differentiable().withMask(mask))) {
            return GradientCheck.weightedSum(pass.y(), weight);
          }
        })
        .add("x", x, gradients.dx())
        .addAll(layer.parameters(), gradients.parameters())
        .assertCorrect();
  }

  @ParameterizedTest
  @EnumSource(WeightAt.class)
  void forwardAndBackward_rowsThatFillUpExperts_changeNothing(WeightAt place) {
    MoeLayer plain = layer(DataType.DOUBLE, place);
    MoeLayer filled = MoeLayer.builder(plain.router(), plain.experts())
        .weightAt(place)
        .capacity(WeightAtTest::filledUp)
        .build();
    MoeLayer dropless =
        MoeLayer.builder(plain.router(), plain.experts()).weightAt(place).build();
    TokenBatch input = TokenBatch.evaluation(normal(DataType.DOUBLE, 5, 7, D)).differentiable();
    INDArray dy = normal(DataType.DOUBLE, 6, 7, D);
    try (MoePass a = dropless.forward(input);
        MoePass b = filled.forward(input)) {
      assertEquals(a.plan().rows() + 3, b.plan().rows());
      assertNear("y", a.y(), b.y(), 1e-13);
      MoeGradients expected = a.backward(dy);
      MoeGradients actual = b.backward(dy);
      assertNear("dx", expected.dx(), actual.dx(), 1e-13);
      expected
          .parameters()
          .forEach((name, array) -> assertNear(name, array, actual.parameters().get(name), 1e-13));
    }
  }

  /** Everything is kept, and token 0 fills up each expert by one row of weight 0. */
  private static CapacityPass filledUp(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    int size = all.size();
    int[] token =
        IntStream.range(0, size + E).map(n -> n < size ? all.token(n) : 0).toArray();
    int[] expert = IntStream.range(0, size + E)
        .map(n -> n < size ? all.expert(n) : n - size)
        .toArray();
    double[] weight = Arrays.copyOf(all.weights(), size + E);
    Assignments kept = Assignments.of(all.tokens(), E, token, expert, weight);
    return new CapacityPass() {
      @Override
      public Assignments kept() {
        return kept;
      }

      @Override
      public int fillers() {
        return E;
      }

      @Override
      public int dropped() {
        return 0;
      }

      @Override
      public RoutingGradient backward(double[] dKeptWeights) {
        return RoutingGradient.ofWeights(Arrays.copyOf(dKeptWeights, size));
      }
    };
  }

  @Test
  void backward_inputFloat_nearDouble() {
    INDArray x = normal(DataType.DOUBLE, 5, 17, D);
    MoeLayer wide = layer(DataType.DOUBLE, WeightAt.INPUT);
    MoeLayer narrow = layer(DataType.FLOAT, WeightAt.INPUT);
    wide.parameters().forEach((name, array) -> narrow.parameters().get(name).assign(array));
    try (MoePass a = wide.forward(TokenBatch.evaluation(x).differentiable());
        MoePass b =
            narrow.forward(TokenBatch.evaluation(x.castTo(DataType.FLOAT)).differentiable())) {
      MoeGradients expected = a.backward(x);
      MoeGradients actual = b.backward(x.castTo(DataType.FLOAT));
      assertNear("y", values(a.y()), values(b.y()), 1e-5);
      assertNear("dx", values(expected.dx()), values(actual.dx()), 1e-4);
      assertNear(
          "router",
          values(expected.parameters().get("router.weight")),
          values(actual.parameters().get("router.weight")),
          1e-4);
    }
  }

  @Test
  void forward_largeEnoughForThreads_sameBitsEachTime() {
    ExpertOptions options = ExpertOptions.of(E, 64, 8);
    MoeLayer layer = MoeLayer.builder(
            FixedRouter.of(normal(DataType.FLOAT, 1, E, 64), CHOICE), GluExperts.create(options, 1))
        .weightAt(WeightAt.INPUT)
        .build();
    INDArray x = normal(DataType.FLOAT, 4, 1100, 64);
    try (MoePass a = layer.forward(TokenBatch.evaluation(x).differentiable());
        MoePass b = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      assertSameBits("y", a.y(), b.y());
      MoeGradients first = a.backward(x);
      MoeGradients second = b.backward(x);
      assertSameBits("dx", first.dx(), second.dx());
      assertSameBits(
          "router",
          first.parameters().get("router.weight"),
          second.parameters().get("router.weight"));
    }
  }
}
