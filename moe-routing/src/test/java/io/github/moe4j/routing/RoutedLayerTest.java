package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whole layers with real routers: each router × experts × capacity against differences. */
@ExtendWith(Seeds.class)
class RoutedLayerTest {
  private static final int T = 6;
  private static final int D = 3;
  private static final int E = 3;
  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder().initialSize(1 << 20).build();

  private record Combination(RoutingRule rule, boolean gated, CapacityRule capacity) {
    MoeLayer layer(DataType type, long seed) {
      ExpertOptions options = ExpertOptions.of(E, D, 2)
          .withBiases(true)
          .withActivation(gated ? Activation.SILU : Activation.GELU_TANH)
          .withDataType(type);
      Experts experts = gated ? GluExperts.create(options, 1) : FfnExperts.create(options, 1);
      INDArray weight = RandomArrays.normal(type, Seeds.random(seed), E, D);
      MoeLayer layer = MoeLayer.builder(GatedRouter.of(LinearGate.of(weight), rule), experts)
          .capacity(capacity)
          .build();
      RandomArrays.fill(layer.parameters(), Seeds.random(seed + 1), 0.8);
      return layer;
    }
  }

  static Stream<RoutingRule> rules() {
    List<RoutingRule> rules = new ArrayList<>(List.of(new Switch()));
    for (int k : new int[] {1, 2, E}) {
      rules.add(TopK.of(k));
      rules.add(TopK.unnormalized(k));
      rules.add(TopK.softmaxAfter(k));
      rules.add(TopK.of(k).withScale(2.5));
    }
    return rules.stream();
  }

  static Stream<Combination> combinations() {
    List<CapacityRule> capacities = List.of(
        new Dropless(),
        LimitedCapacity.of(CapacityFormula.fixed(1)),
        new LimitedCapacity(CapacityFormula.fixed(1), true, DropOrder.tokenMajor()));
    return rules()
        .flatMap(rule -> capacities.stream()
            .flatMap(capacity ->
                Stream.of(false, true).map(gated -> new Combination(rule, gated, capacity))));
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void backward_routerExpertsCapacity_matchesDifferences(Combination combination) {
    MoeLayer layer = combination.layer(DataType.DOUBLE, 1);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), T, D);
    x.slice(1).assign(x.slice(0)); // two tokens that want the same experts: one must be dropped
    // evaluation, for weights that sum to 1 with k = 1 are not to be trained
    TokenBatch input = TokenBatch.evaluation(x)
        .differentiable()
        .withMask(TokenMask.of(true, true, true, true, false, true))
        .withSequenceLength(3);
    double[] wY = RandomArrays.normal(Seeds.random(4), T * D);
    double[] wP = RandomArrays.normal(Seeds.random(5), T * E);
    MoeGradients gradients;
    try (MoePass pass = layer.forward(input)) {
      assertTrue(combination.capacity instanceof Dropless || pass.dropped() > 0);
      pass.addBalance(RoutingGradient.ofProbabilities(wP));
      gradients = pass.backward(RandomArrays.of(DataType.DOUBLE, wY, T, D));
    }
    GradientCheck.of(() -> {
          try (MoePass pass = layer.forward(input)) {
            RouterDecision decision = pass.decision();
            return GradientCheck.weightedSum(pass.y(), wY)
                + GradientCheck.weightedSum(
                    decision.requireProbabilities("test").toArray(), wP);
          }
        })
        .add("x", x, gradients.dx())
        .addAll(layer.parameters(), gradients.parameters())
        .assertCorrect();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void forward_anyRule_matchesNaiveLoop(RoutingRule rule) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      MoeLayer layer = new Combination(rule, true, LimitedCapacity.ofFactor(1)).layer(type, 1);
      NaiveMoe naive = NaiveMoe.of(layer.experts().parameters(), Activation.SILU);
      for (int tokens : new int[] {0, 1, 3, 17}) {
        INDArray x = RandomArrays.normal(type, Seeds.random(3), tokens, D);
        try (MoePass pass = layer.forward(TokenBatch.evaluation(x))) {
          double[][] expected = naive.forward(matrix(x), pass.plan().assignments());
          assertNear("y", expected, pass.y(), type == DataType.DOUBLE ? 1e-12 : 1e-5);
        }
      }
    }
  }

  private static double[][] matrix(INDArray x) {
    return x.isEmpty() ? new double[0][] : x.castTo(DataType.DOUBLE).toDoubleMatrix();
  }

  static Stream<RoutingRule> rulesWithWeightsThatSumToOne() {
    return Stream.of(
        TopK.of(1), TopK.of(2), TopK.softmaxAfter(2), TopK.of(E), TopK.unnormalized(E));
  }

  @ParameterizedTest
  @MethodSource("rulesWithWeightsThatSumToOne")
  void forward_identicalExperts_isTheDenseLayer(RoutingRule rule) {
    MoeLayer layer = new Combination(rule, true, new Dropless()).layer(DataType.DOUBLE, 1);
    ExpertOptions one = ExpertOptions.of(1, D, 2).withBiases(true).withDataType(DataType.DOUBLE);
    GluExperts single = GluExperts.create(one, 7);
    layer.experts().parameters().forEach((name, array) -> {
      for (int e = 0; e < E; e++) {
        array.slice(e).assign(single.parameters().get(name).slice(0));
      }
    });
    TokenBatch input =
        TokenBatch.evaluation(RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 9, D));
    try (MoePass sparse = layer.forward(input);
        FeedForwardPass dense = DenseFeedForward.of(single).forward(input)) {
      assertNear("y", dense.y(), sparse.y(), 1e-13);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void forward_tokensPermuted_outputsPermuted(RoutingRule rule) {
    MoeLayer layer = new Combination(rule, true, new Dropless()).layer(DataType.DOUBLE, 1);
    double[][] x = matrix(RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 5, D));
    int[] order = {3, 0, 4, 2, 1};
    double[][] permuted = Arrays.stream(order).mapToObj(t -> x[t]).toArray(double[][]::new);
    try (MoePass a = layer.forward(TokenBatch.evaluation(Nd4j.createFromArray(x)));
        MoePass b = layer.forward(TokenBatch.evaluation(Nd4j.createFromArray(permuted)))) {
      double[][] y = matrix(a.y());
      double[][] expected = Arrays.stream(order).mapToObj(t -> y[t]).toArray(double[][]::new);
      assertNear("y", expected, b.y(), 1e-13);
    }
  }

  @Test
  void backward_afterWorkspaceOfForwardEnded_sameResult() {
    MoeLayer layer = new Combination(TopK.of(2), true, new Dropless()).layer(DataType.FLOAT, 1);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 50, D).dup('f');
    INDArray dy = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 50, D);
    MoeGradients expected;
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      expected = pass.backward(dy);
    }
    MoePass pass;
    try (MemoryWorkspace open =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
      pass = layer.forward(
          TokenBatch.evaluation(x).differentiable()); // must copy x, which is not in c order
      assertFalse(pass.y().isAttached(), open.getId());
    }
    try (MemoryWorkspace open =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
      Nd4j.createUninitialized(DataType.FLOAT, 5000).assign(Float.NaN);
      assertFalse(open.getId().isEmpty());
    }
    MoeGradients actual = pass.backward(dy);
    assertSameBits("dx", expected.dx(), actual.dx());
    expected
        .parameters()
        .forEach(
            (name, array) -> assertSameBits(name, array, actual.parameters().get(name)));
    pass.close();
  }

  @Test
  void forward_layerMadeInsideWorkspace_outlivesIt() {
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 50, D);
    MoeLayer inside;
    try (MemoryWorkspace open =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
      inside = fromSeed();
      assertFalse(open.getId().isEmpty());
    }
    try (MemoryWorkspace open =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
      Nd4j.createUninitialized(DataType.FLOAT, 5000).assign(Float.NaN);
      assertFalse(open.getId().isEmpty());
    }
    try (MoePass a = fromSeed().forward(TokenBatch.evaluation(x).differentiable());
        MoePass b = inside.forward(TokenBatch.evaluation(x).differentiable())) {
      assertSameBits("y", a.y(), b.y());
      assertSameBits("dx", a.backward(x).dx(), b.backward(x).dx());
    }
  }

  private static MoeLayer fromSeed() {
    return MoeLayer.of(
        GatedRouter.of(LinearGate.create(E, D, DataType.FLOAT, 1), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(E, D, 4).withBiases(true), 1));
  }

  @Test
  void forward_insideWorkspaces_sameEachTime() {
    MoeLayer layer = new Combination(TopK.of(2), true, new Dropless()).layer(DataType.FLOAT, 1);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 50, D);
    INDArray dy = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 50, D);
    MoeGradients expected;
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      expected = pass.backward(dy);
    }
    for (int round = 0; round < 3; round++) {
      try (MemoryWorkspace open =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
        Nd4j.createUninitialized(DataType.FLOAT, 5000).assign(Float.NaN);
        try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
          MoeGradients actual = pass.backward(dy);
          assertFalse(actual.dx().isAttached(), open.getId());
          assertSameBits("dx", expected.dx(), actual.dx());
        }
      }
    }
  }

  @Test
  void forward_manyThreads_sameBitsAsOne() throws Exception {
    MoeLayer layer =
        new Combination(TopK.of(2), true, LimitedCapacity.ofFactor(1)).layer(DataType.FLOAT, 1);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 200, D);
    INDArray dy = RandomArrays.normal(DataType.FLOAT, Seeds.random(4), 200, D);
    MoeGradients expected;
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      expected = pass.backward(dy);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<MoeGradients>> futures = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        futures.add(threads.submit(() -> {
          try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
            return pass.backward(dy);
          }
        }));
      }
      for (Future<MoeGradients> future : futures) {
        MoeGradients actual = future.get();
        assertSameBits("dx", expected.dx(), actual.dx());
        expected
            .parameters()
            .forEach(
                (name, array) -> assertSameBits(name, array, actual.parameters().get(name)));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void parameters_router_namedUnderRouter() {
    MoeLayer layer = new Combination(TopK.of(2), true, new Dropless()).layer(DataType.FLOAT, 1);
    assertEquals("router.weight", layer.parameters().names().iterator().next());
  }
}
