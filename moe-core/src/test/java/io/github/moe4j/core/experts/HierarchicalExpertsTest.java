package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class HierarchicalExpertsTest {
  private static final int D = 3;

  /** Groups; the last gets no row. */
  private static final int G = 3;

  private static final int[][] OUTER = {{0, 1}, {1}, {1, 0}};
  private static final int[][] INNER = {{0, 1}, {1}};

  private static INDArray normal(DataType type, long salt, long... shape) {
    return RandomArrays.normal(type, Seeds.random(salt), shape);
  }

  private static MoeLayer inner(DataType type, int group) {
    ExpertOptions options = ExpertOptions.of(2, D, 4).withBiases(true).withDataType(type);
    Router router = FixedRouter.of(normal(type, 20 + group, 2, D), INNER);
    return MoeLayer.of(router, GluExperts.create(options, group));
  }

  private static MoeLayer layer(DataType type) {
    List<MoeLayer> groups = new ArrayList<>();
    for (int g = 0; g < G; g++) {
      groups.add(inner(type, g));
    }
    Router outer = FixedRouter.of(normal(type, 10, G, D), OUTER);
    MoeLayer layer = MoeLayer.of(outer, HierarchicalExperts.of(groups));
    RandomArrays.fill(layer.parameters(), Seeds.random(1), 0.6);
    return layer;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 17})
  void forward_anyTokens_matchesNaiveLoopOfTwoLevels(int tokens) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      MoeLayer layer = layer(type);
      INDArray x = normal(type, 2, tokens, D);
      INDArray before = tokens == 0 ? x : x.dup();
      try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
        double[][] expected = naive(layer, Near.matrix(x));
        assertNear("y", expected, pass.y(), type == DataType.DOUBLE ? 1e-12 : 1e-5);
        assertEquals(1 + G, pass.moe().size());
        pass.backward(x);
      }
      assertSameBits("x", before, x);
    }
  }

  private static double[][] naive(MoeLayer layer, double[][] x) {
    double[][] y = new double[x.length][D];
    int[] rows = new int[G];
    for (int t = 0; t < x.length; t++) {
      double[] p = softmax(x[t], layer.parameters().get("router.weight"));
      for (int g : OUTER[t % OUTER.length]) {
        NamedArrays own = inside(layer.parameters(), g);
        double[] q = softmax(x[t], own.get("router.weight"));
        NaiveMoe experts = NaiveMoe.of(inside(own), Activation.SILU);
        // the choice of the inner router depends on the row's place in its group
        for (int e : INNER[rows[g]++ % INNER.length]) {
          Assignments one =
              Assignments.of(1, 2, new int[1], new int[] {e}, new double[] {p[g] * q[e]});
          double[] out = experts.forward(new double[][] {x[t]}, one)[0];
          for (int d = 0; d < D; d++) {
            y[t][d] += out[d];
          }
        }
      }
    }
    return y;
  }

  private static NamedArrays inside(NamedArrays all, int group) {
    return stripped(all, "experts." + group + ".");
  }

  private static NamedArrays inside(NamedArrays layer) {
    return stripped(layer, "experts.");
  }

  private static NamedArrays stripped(NamedArrays all, String prefix) {
    NamedArrays.Builder builder = NamedArrays.builder();
    all.forEach((name, array) -> {
      if (name.startsWith(prefix)) {
        builder.add(name.substring(prefix.length()), array);
      }
    });
    return builder.build();
  }

  private static double[] softmax(double[] x, INDArray weight) {
    double[] w = values(weight);
    double[] p = new double[w.length / D];
    double sum = 0;
    for (int e = 0; e < p.length; e++) {
      for (int d = 0; d < D; d++) {
        p[e] += x[d] * w[e * D + d];
      }
      p[e] = Math.exp(p[e]);
      sum += p[e];
    }
    for (int e = 0; e < p.length; e++) {
      p[e] /= sum;
    }
    return p;
  }

  /** Gradient of a Switch-like loss, E/T²·Σ_e n_e·Σ_t p_te: constant in p. */
  private static double[] balance(MoePass pass) {
    int tokens = pass.decision().tokens();
    int experts = pass.decision().experts();
    int[] counts = pass.decision().assignments().countPerExpert();
    double[] gradient = new double[tokens * experts];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (double) experts / (tokens * tokens) * counts[i % experts];
    }
    return gradient;
  }

  private static double balanceLoss(MoePass pass) {
    return GradientCheck.weightedSum(
        pass.decision().requireProbabilities("test").toArray(), balance(pass));
  }

  @Test
  @Tag("slow")
  void backward_balanceAtBothLevelsAndPadding_matchesDifferences() {
    MoeLayer layer = layer(DataType.DOUBLE);
    INDArray x = normal(DataType.DOUBLE, 2, 8, D);
    TokenBatch input = TokenBatch.training(x)
        .withMask(TokenMask.of(true, true, true, false, true, true, true, true))
        .withSequenceLength(4);
    double[] weight = RandomArrays.normal(Seeds.random(3), 8 * D);
    MoeGradients gradients;
    try (MoePass pass = layer.forward(input)) {
      assertSame(pass, pass.moe().get(0));
      pass.moe().forEach(p -> p.addBalance(RoutingGradient.ofProbabilities(balance(p))));
      gradients = pass.backward(RandomArrays.of(DataType.DOUBLE, weight, 8, D));
    }
    GradientCheck.of(() -> {
          try (MoePass pass = layer.forward(input)) {
            double loss = pass.moe().stream()
                .mapToDouble(HierarchicalExpertsTest::balanceLoss)
                .sum();
            return GradientCheck.weightedSum(pass.y(), weight) + loss;
          }
        })
        .add("x", x, gradients.dx())
        .addAll(layer.parameters(), gradients.parameters())
        .assertCorrect();
    assertTrue(
        gradients.parameters().get("experts.0.router.weight").norm2Number().doubleValue() > 0.01);
    assertEquals(
        0, gradients.parameters().get("experts.2.router.weight").norm2Number().doubleValue());
  }

  @Test
  void backward_float_nearDouble() {
    MoeLayer wide = layer(DataType.DOUBLE);
    MoeLayer narrow = layer(DataType.FLOAT);
    wide.parameters().forEach((name, array) -> narrow.parameters().get(name).assign(array));
    INDArray x = normal(DataType.DOUBLE, 2, 9, D);
    INDArray dy = normal(DataType.DOUBLE, 3, 9, D);
    try (MoePass a = wide.forward(TokenBatch.evaluation(x).differentiable());
        MoePass b =
            narrow.forward(TokenBatch.evaluation(x.castTo(DataType.FLOAT)).differentiable())) {
      MoeGradients expected = a.backward(dy);
      MoeGradients actual = b.backward(dy.castTo(DataType.FLOAT));
      assertNear("dx", values(expected.dx()), values(actual.dx()), 1e-4);
      expected
          .parameters()
          .forEach((name, array) ->
              assertNear(name, values(array), values(actual.parameters().get(name)), 1e-4));
    }
  }

  @Test
  void forward_mode_reachesInnerRouters() {
    List<TokenBatch> seen = new ArrayList<>();
    MoeLayer one = inner(DataType.DOUBLE, 0);
    Router spy = new Router() {
      @Override
      public int experts() {
        return one.router().experts();
      }

      @Override
      public int modelWidth() {
        return D;
      }

      @Override
      public NamedArrays parameters() {
        return one.router().parameters();
      }

      @Override
      public RouterPass route(TokenBatch input, Arena.Scope scope) {
        seen.add(input);
        return one.router().route(input, scope);
      }
    };
    MoeLayer layer = MoeLayer.of(
        FixedRouter.of(normal(DataType.DOUBLE, 10, 1, D), new int[] {0}),
        HierarchicalExperts.of(List.of(MoeLayer.of(spy, one.experts()))));
    SplittableRandom random = new SplittableRandom(1);
    TokenBatch input = TokenBatch.training(normal(DataType.DOUBLE, 2, 4, D), random)
        .withSequenceLength(2)
        .withTokenIds(1, 2, 3, 4)
        .atStep(7);
    layer.forward(input).close();
    TokenBatch inside = seen.get(0);
    assertTrue(inside.isTraining());
    assertSame(random, inside.requireGenerator("test"));
    assertEquals(7, inside.mode().step());
    assertEquals(4, inside.sequenceLength());
    assertThrows(IllegalArgumentException.class, () -> inside.requireTokenIds("test"));
    layer.forward(TokenBatch.evaluation(input.x())).close();
    assertTrue(seen.get(1).mode() == PassMode.evaluation());
  }

  @Test
  void backward_oneGroup_isThatOfItsLayer() {
    MoeLayer layer = inner(DataType.DOUBLE, 0);
    INDArray x = normal(DataType.DOUBLE, 3, 5, D);
    INDArray dy = normal(DataType.DOUBLE, 4, 5, D);
    MoeGradients expected;
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      expected = pass.backward(dy);
    }
    ExpertsCheck.Outcome actual =
        ExpertsCheck.run(HierarchicalExperts.of(List.of(layer)), x, dy, PassMode.evaluation(), 5);
    assertSameBits("dx", expected.dx(), actual.dxR());
    expected
        .parameters()
        .forEach((name, array) -> assertSameBits(name, array, actual.into().get("0." + name)));
  }

  @Test
  void close_outer_closesInnerPasses() {
    MoeLayer layer = layer(DataType.DOUBLE);
    MoePass pass = layer.forward(TokenBatch.training(normal(DataType.DOUBLE, 2, 4, D)));
    List<MoePass> all = pass.moe();
    pass.close();
    pass.close();
    for (MoePass one : all) {
      assertThrows(IllegalStateException.class, () -> one.addBalance(RoutingGradient.none()));
    }
  }

  @Test
  void close_denseLayerOfOneGroup_closesItToo() {
    DenseFeedForward dense =
        DenseFeedForward.of(HierarchicalExperts.of(List.of(inner(DataType.FLOAT, 0))));
    assertEquals(DataType.FLOAT, dense.dataType());
    FeedForwardPass run = dense.forward(TokenBatch.training(normal(DataType.FLOAT, 2, 4, D)));
    assertEquals(1, MoePasses.in(run).size());
    MoePass inside = MoePasses.in(run).get(0);
    run.close();
    assertThrows(IllegalStateException.class, () -> inside.addBalance(RoutingGradient.none()));
  }

  @Test
  void forward_manyThreads_sameBitsAsOne() throws Exception {
    MoeLayer layer = layer(DataType.FLOAT);
    INDArray x = normal(DataType.FLOAT, 2, 40, D);
    MoeGradients expected;
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      expected = pass.backward(x);
    }
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<MoeGradients>> futures = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        futures.add(threads.submit(() -> {
          try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
            return pass.backward(x);
          }
        }));
      }
      for (Future<MoeGradients> future : futures) {
        assertSameBits("dx", expected.dx(), future.get().dx());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void of_wrongGroups_messageNamesRule() {
    assertEquals(
        "parts must be at least 1 but were 0",
        assertThrows(IllegalArgumentException.class, () -> HierarchicalExperts.of(List.of()))
            .getMessage());
    HierarchicalExperts experts =
        HierarchicalExperts.of(List.of(inner(DataType.FLOAT, 0), inner(DataType.FLOAT, 1)));
    assertEquals(2, experts.experts());
    assertEquals(D, experts.modelWidth());
    assertTrue(experts.parameters().names().contains("1.experts.down.bias"));
    assertEquals(
        "parts 0 and 1 differ in type: FLOAT != DOUBLE",
        assertThrows(
                IllegalArgumentException.class,
                () -> HierarchicalExperts.of(
                    List.of(inner(DataType.FLOAT, 0), inner(DataType.DOUBLE, 1))))
            .getMessage());
  }
}
