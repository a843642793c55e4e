package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Views, workspaces and threads: where the numbers lie must not change what they are. */
@ExtendWith(Seeds.class)
class MoeLayerMemoryTest {
  private static final int T = 23;
  private static final int D = 6;
  private static final int E = 4;
  private static final int H = 7;
  private static final int[][] CHOICE = {{0, 2}, {3, 2}, {2, 0}};
  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder().initialSize(1 << 20).build();

  /** The types a layer computes in. */
  enum Type {
    FLOAT(DataType.FLOAT),
    DOUBLE(DataType.DOUBLE);

    final DataType value;

    Type(DataType value) {
      this.value = value;
    }
  }

  private static INDArray normal(DataType type, long salt, long... shape) {
    return RandomArrays.normal(type, Seeds.random(salt), shape);
  }

  private static MoeLayer layer(DataType type) {
    ExpertOptions options = ExpertOptions.of(E, D, H).withBiases(true).withDataType(type);
    ExpertOptions one = ExpertOptions.of(1, D, H).withDataType(type);
    MoeLayer layer = MoeLayer.builder(
            FixedRouter.of(normal(type, 1, E, D), CHOICE), GluExperts.create(options, 1))
        .sharedExpert(DenseFeedForward.gated(FfnExperts.create(one, 2), normal(type, 2, 1, D)))
        .capacity(LimitedCapacity.ofFactor(1.2))
        .build();
    RandomArrays.fill(layer.parameters(), Seeds.random(3), 0.5);
    return layer;
  }

  /** All that a pass computes, copied. */
  private record Outcome(INDArray y, MoeGradients gradients) {
    static Outcome of(MoeLayer layer, TokenBatch input, INDArray dy) {
      try (MoePass pass = layer.forward(input)) {
        INDArray y = copy(pass.y());
        return new Outcome(y, pass.backward(dy));
      }
    }

    private static INDArray copy(INDArray y) {
      try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        assertFalse(outside == null);
        return y.dup();
      }
    }

    void requireSameBits(Outcome other) {
      assertSameBits("y", y, other.y);
      assertSameBits("dx", gradients.dx(), other.gradients.dx());
      gradients
          .parameters()
          .forEach((name, array) ->
              assertSameBits(name, array, other.gradients.parameters().get(name)));
    }

    void requireNear(Outcome other, double tolerance) {
      assertNear("y", y, other.y, tolerance);
      assertNear("dx", gradients.dx(), other.gradients.dx(), tolerance);
      gradients
          .parameters()
          .forEach((name, array) ->
              assertNear(name, array, other.gradients.parameters().get(name), tolerance));
    }
  }

  @ParameterizedTest
  @EnumSource
  void forwardAndBackward_viewsOfXAndDy_sameAsContiguous(Type type) {
    MoeLayer layer = layer(type.value);
    INDArray x = normal(type.value, 4, T, D);
    INDArray dy = normal(type.value, 5, T, D);
    Outcome expected = Outcome.of(layer, TokenBatch.evaluation(x).differentiable(), dy);
    List<INDArray> xs = views(x);
    List<INDArray> dys = views(dy);
    for (int i = 0; i < xs.size(); i++) {
      expected.requireNear(
          Outcome.of(layer, TokenBatch.evaluation(xs.get(i)).differentiable(), dys.get(i)), 1e-13);
      expected.requireNear(
          Outcome.of(layer, TokenBatch.evaluation(xs.get(i)).differentiable(), dy), 1e-13);
      assertSameBits("x, view " + i, x, xs.get(i).dup('c'));
      assertSameBits("dy, view " + i, dy, dys.get(i).dup('c'));
    }
  }

  /** The same numbers in f order, transposed, as rows and as columns of larger arrays. */
  private static List<INDArray> views(INDArray a) {
    INDArray tall = normal(a.dataType(), 6, T + 9, D);
    INDArray rows = tall.get(NDArrayIndex.interval(4, T + 4), NDArrayIndex.all());
    rows.assign(a);
    INDArray rowsOfRows = tall.get(NDArrayIndex.interval(1, T + 6), NDArrayIndex.all())
        .get(NDArrayIndex.interval(3, T + 3), NDArrayIndex.all());
    INDArray wide = normal(a.dataType(), 7, T, D + 5);
    INDArray columns = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(2, D + 2));
    columns.assign(a);
    INDArray spread = normal(a.dataType(), 8, 2 * T, D)
        .get(NDArrayIndex.interval(0, 2, 2 * T), NDArrayIndex.all());
    spread.assign(a);
    return List.of(
        a.dup('f'), a.transpose().dup('c').transpose(), rows, rowsOfRows, columns, spread);
  }

  @ParameterizedTest
  @EnumSource
  void backward_dxIsARowBlock_onlyThatBlockChanges(Type type) {
    MoeLayer layer = layer(type.value);
    INDArray x = normal(type.value, 4, T, D);
    INDArray dy = normal(type.value, 5, T, D);
    Outcome expected = Outcome.of(layer, TokenBatch.evaluation(x).differentiable(), dy);
    INDArray tall = Nd4j.zeros(type.value, T + 3, D);
    INDArray dx = tall.get(NDArrayIndex.interval(2, T + 2), NDArrayIndex.all());
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      pass.backward(dy, dx, layer.parameters().zeroGradients());
    }
    INDArray whole = Nd4j.zeros(type.value, T + 3, D);
    whole.get(NDArrayIndex.interval(2, T + 2), NDArrayIndex.all()).assign(expected.gradients.dx());
    assertNear("dx", whole, tall, 1e-13);
  }

  @ParameterizedTest
  @EnumSource
  void forward_parametersInOneFlatVector_sameResult(Type type) {
    GluExperts plain =
        GluExperts.create(ExpertOptions.of(E, D, H).withBiases(true).withDataType(type.value), 1);
    RandomArrays.fill(plain.parameters(), Seeds.random(3), 0.5);
    INDArray flat = Nd4j.zeros(type.value, plain.parameters().count() + 11);
    List<INDArray> views = new ArrayList<>();
    long[] from = {11};
    plain.parameters().forEach((name, array) -> {
      INDArray view = flat.get(NDArrayIndex.interval(from[0], from[0] + array.length()))
          .reshape('c', array.shape());
      view.assign(array);
      views.add(view);
      from[0] += array.length();
    });
    GluExperts viewed = GluExperts.of(
        Activation.SILU,
        views.get(0),
        views.get(1),
        views.get(2),
        views.get(3),
        views.get(4),
        views.get(5));
    FixedRouter router = FixedRouter.of(normal(type.value, 1, E, D), CHOICE);
    TokenBatch input = TokenBatch.evaluation(normal(type.value, 4, T, D)).differentiable();
    INDArray dy = normal(type.value, 5, T, D);
    Outcome.of(MoeLayer.of(router, plain), input, dy)
        .requireNear(Outcome.of(MoeLayer.of(router, viewed), input, dy), 1e-13);
  }

  @Test
  void forwardAndBackward_insideWorkspaces_sameAndLaterPassesToo() {
    MoeLayer layer = layer(DataType.FLOAT);
    INDArray x = normal(DataType.FLOAT, 4, T, D);
    INDArray dy = normal(DataType.FLOAT, 5, T, D);
    Outcome expected = Outcome.of(layer, TokenBatch.evaluation(x).differentiable(), dy);
    MoeLayer fresh = layer(DataType.FLOAT);
    List<Outcome> outcomes = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      try (MemoryWorkspace open =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
        outcomes.add(Outcome.of(fresh, TokenBatch.evaluation(x).differentiable(), dy));
        assertFalse(outcomes.get(round).gradients.dx().isAttached(), open.getId());
        Nd4j.createUninitialized(DataType.FLOAT, 5000).assign(Float.NaN);
      }
    }
    outcomes.add(Outcome.of(fresh, TokenBatch.evaluation(x).differentiable(), dy));
    outcomes.forEach(expected::requireSameBits);
    fresh
        .parameters()
        .forEach((name, array) -> assertFalse(array.isAttached(), "parameter " + name));
  }

  @Test
  void backward_afterWorkspaceOfForwardEnded_sameResult() {
    MoeLayer layer = layer(DataType.FLOAT);
    INDArray x = normal(DataType.FLOAT, 4, T, D).dup('f'); // TokenBatch must copy it
    INDArray dy = normal(DataType.FLOAT, 5, T, D);
    Outcome expected = Outcome.of(layer, TokenBatch.evaluation(x).differentiable(), dy);
    MoePass pass;
    try (MemoryWorkspace open =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
      pass = layer.forward(TokenBatch.evaluation(x).differentiable());
      assertFalse(pass.y().isAttached(), open.getId());
    }
    try (MemoryWorkspace open =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
      Nd4j.createUninitialized(DataType.FLOAT, 5000).assign(Float.NaN);
      assertFalse(open.getId().isEmpty());
    }
    expected.requireSameBits(new Outcome(pass.y().dup(), pass.backward(dy)));
    pass.close();
  }

  @Test
  void forwardAndBackward_manyThreadsOneLayer_sameBitsAsOne() throws Exception {
    MoeLayer layer = layer(DataType.FLOAT);
    INDArray[] xs = new INDArray[4];
    INDArray dy = normal(DataType.FLOAT, 5, 64, D);
    Outcome[] expected = new Outcome[xs.length];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = normal(DataType.FLOAT, 40 + i, 64, D);
      expected[i] = Outcome.of(layer, TokenBatch.evaluation(xs[i]).differentiable(), dy);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Outcome>> futures = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        INDArray x = xs[i % xs.length];
        futures.add(
            threads.submit(() -> Outcome.of(layer, TokenBatch.evaluation(x).differentiable(), dy)));
      }
      for (int i = 0; i < futures.size(); i++) {
        expected[i % xs.length].requireSameBits(futures.get(i).get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void forwardAndBackward_largeEnoughForThreads_sameBitsEachTime() {
    ExpertOptions options = ExpertOptions.of(E, 64, 96);
    MoeLayer layer = MoeLayer.of(
        FixedRouter.of(normal(DataType.FLOAT, 1, E, 64), CHOICE), GluExperts.create(options, 1));
    INDArray x = normal(DataType.FLOAT, 4, 1100, 64);
    INDArray dy = normal(DataType.FLOAT, 5, 1100, 64);
    Outcome expected = Outcome.of(layer, TokenBatch.evaluation(x).differentiable(), dy);
    for (int round = 0; round < 3; round++) {
      expected.requireSameBits(Outcome.of(layer, TokenBatch.evaluation(x).differentiable(), dy));
    }
  }

  @Test
  void forward_layerMadeAgainFromSeed_sameBits() {
    INDArray x = normal(DataType.FLOAT, 4, T, D);
    INDArray dy = normal(DataType.FLOAT, 5, T, D);
    Outcome.of(layer(DataType.FLOAT), TokenBatch.evaluation(x).differentiable(), dy)
        .requireSameBits(
            Outcome.of(layer(DataType.FLOAT), TokenBatch.evaluation(x).differentiable(), dy));
  }

  @Test
  void forward_arenaSharedByTwoLayers_sameResult() {
    Arena arena = new Arena();
    FixedRouter router = FixedRouter.of(normal(DataType.FLOAT, 1, E, D), CHOICE);
    GluExperts experts = GluExperts.create(ExpertOptions.of(E, D, H), 1);
    MoeLayer first = MoeLayer.builder(router, experts).arena(arena).build();
    MoeLayer second = MoeLayer.builder(router, experts).arena(arena).build();
    MoeLayer alone = MoeLayer.of(router, experts);
    INDArray x = normal(DataType.FLOAT, 4, T, D);
    INDArray dy = normal(DataType.FLOAT, 5, T, D);
    try (MoePass a = first.forward(TokenBatch.evaluation(x).differentiable());
        MoePass b = second.forward(TokenBatch.evaluation(a.y()).differentiable());
        MoePass c = alone.forward(TokenBatch.evaluation(x).differentiable());
        MoePass d = alone.forward(TokenBatch.evaluation(c.y().dup()).differentiable())) {
      assertSameBits("y", d.y(), b.y());
      MoeGradients gb = b.backward(dy);
      MoeGradients gd = d.backward(dy);
      assertSameBits("dx", c.backward(gd.dx()).dx(), a.backward(gb.dx()).dx());
    }
  }
}
