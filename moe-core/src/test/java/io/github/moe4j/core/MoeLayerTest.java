package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Building, running, closing, and what is said to a wrong argument. */
@ExtendWith(Seeds.class)
class MoeLayerTest {
  private static final int D = 4;
  private static final int E = 3;
  private final INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 7, D);
  private final INDArray dy = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 7, D);
  private final MoeLayer layer = layer(DataType.DOUBLE);

  private static MoeLayer layer(DataType type) {
    ExpertOptions options = ExpertOptions.of(E, D, 5).withDataType(DataType.DOUBLE);
    GluExperts experts = GluExperts.create(options, 1);
    GluExperts shared =
        GluExperts.create(ExpertOptions.of(1, D, 5).withDataType(DataType.DOUBLE), 2);
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), E, D);
    INDArray sharedGate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(4), 1, D);
    return MoeLayer.builder(
            FixedRouter.of(gate.castTo(type), new int[] {0, 2}, new int[] {1, 2}),
            cast(experts.parameters(), type))
        .sharedExpert(
            DenseFeedForward.gated(cast(shared.parameters(), type), sharedGate.castTo(type)))
        .capacity(LimitedCapacity.ofFactor(1))
        .build();
  }

  private static GluExperts cast(NamedArrays p, DataType type) {
    return GluExperts.of(
        Activation.SILU,
        p.get("gate.weight").castTo(type),
        null,
        p.get("up.weight").castTo(type),
        null,
        p.get("down.weight").castTo(type),
        null);
  }

  @Test
  void build_parts_parametersByPath() {
    assertEquals(
        List.of(
            "router.weight",
            "experts.gate.weight",
            "experts.up.weight",
            "experts.down.weight",
            "shared.network.gate.weight",
            "shared.network.up.weight",
            "shared.network.down.weight",
            "shared.gate.weight"),
        List.copyOf(layer.parameters().names()));
    assertSame(layer.router().parameters().get("weight"), layer.parameters().get("router.weight"));
    assertEquals(D, layer.modelWidth());
    assertEquals(E, layer.experts().experts());
    assertEquals(LimitedCapacity.class, layer.capacity().getClass());
    assertEquals(new Dropless(), MoeLayer.of(layer.router(), layer.experts()).capacity());
  }

  @Test
  void forward_parameterChangedInPlace_seen() {
    TokenBatch input = TokenBatch.evaluation(x);
    double before;
    try (MoePass pass = layer.forward(input)) {
      before = pass.y().norm2Number().doubleValue();
    }
    layer.parameters().get("experts.down.weight").muli(0);
    layer.parameters().get("shared.network.down.weight").muli(0);
    try (MoePass pass = layer.forward(input)) {
      assertTrue(before > 0);
      assertEquals(0, pass.y().norm2Number().doubleValue());
    }
  }

  @Test
  void forward_arguments_notModified() {
    INDArray xBefore = x.dup();
    INDArray dyBefore = dy.dup();
    List<INDArray> parameters =
        layer.parameters().names().stream().map(this::copy).toList();
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      pass.backward(dy);
    }
    assertSameBits("x", xBefore, x);
    assertSameBits("dy", dyBefore, dy);
    int i = 0;
    for (String name : layer.parameters().names()) {
      assertSameBits(name, parameters.get(i++), layer.parameters().get(name));
    }
  }

  private INDArray copy(String name) {
    return layer.parameters().get(name).dup();
  }

  @Test
  void backward_intoUsedArrays_adds() {
    try (MoePass first = layer.forward(TokenBatch.training(x));
        MoePass pass = layer.forward(TokenBatch.training(x))) {
      MoeGradients once = first.backward(dy);
      INDArray dx = Nd4j.ones(DataType.DOUBLE, 7, D);
      Gradients into = layer.parameters().zeroGradients();
      into.forEach((name, array) -> array.assign(2));
      pass.backward(dy, dx, into);
      assertNear("dx", once.dx().add(1), dx, 1e-14);
      once.parameters()
          .forEach((name, array) -> assertNear(name, array.add(2), into.get(name), 1e-14));
    }
  }

  @Test
  void backward_twoMicroBatches_sumIsTheWholeBatch() {
    MoeLayer dropless = MoeLayer.of(layer.router(), layer.experts());
    INDArray first = rows(x, 0, 4);
    INDArray second = rows(x, 4, 7);
    Gradients into = dropless.parameters().zeroGradients();
    try (MoePass a = dropless.forward(TokenBatch.evaluation(first).differentiable());
        MoePass b = dropless.forward(TokenBatch.evaluation(second).differentiable());
        MoePass whole = dropless.forward(TokenBatch.evaluation(x).differentiable())) {
      a.backward(rows(dy, 0, 4), Nd4j.zeros(first.dataType(), 4, D), into);
      b.backward(rows(dy, 4, 7), Nd4j.zeros(first.dataType(), 3, D), into);
      whole
          .backward(dy)
          .parameters()
          .forEach((name, array) -> assertNear(name, array, into.get(name), 1e-12));
    }
  }

  private static INDArray rows(INDArray matrix, int from, int to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  @Test
  void forward_float32_nearFloat64() {
    MoeLayer single = layer(DataType.FLOAT);
    MoeLayer exact = layer(DataType.FLOAT);
    // the same float32 numbers, widened
    MoeLayer widened = layer(DataType.DOUBLE);
    widened
        .parameters()
        .forEach(
            (name, array) -> array.assign(exact.parameters().get(name).castTo(DataType.DOUBLE)));
    INDArray x32 = x.castTo(DataType.FLOAT);
    INDArray dy32 = dy.castTo(DataType.FLOAT);
    try (MoePass a = single.forward(TokenBatch.evaluation(x32).differentiable());
        MoePass b =
            widened.forward(TokenBatch.evaluation(x32.castTo(DataType.DOUBLE)).differentiable())) {
      assertEquals(DataType.FLOAT, a.y().dataType());
      assertNear("y", b.y().castTo(DataType.FLOAT), a.y(), 2e-6);
      MoeGradients da = a.backward(dy32);
      MoeGradients db = b.backward(dy32.castTo(DataType.DOUBLE));
      assertNear("dx", db.dx().castTo(DataType.FLOAT), da.dx(), 1e-5);
      da.parameters()
          .forEach((name, array) ->
              assertNear(name, db.parameters().get(name).castTo(DataType.FLOAT), array, 1e-5));
    }
  }

  @Test
  void forward_noTokens_emptyAndZeroGradients() {
    INDArray none = Nd4j.create(DataType.DOUBLE, 0, D);
    try (MoePass pass = layer.forward(TokenBatch.evaluation(none).differentiable())) {
      assertArrayEquals(new long[] {0, D}, pass.y().shape());
      MoeGradients gradients = pass.backward(none);
      assertArrayEquals(new long[] {0, D}, gradients.dx().shape());
      assertEquals(0, gradients.parameters().globalNorm());
      assertEquals(0, pass.load().tokens());
    }
  }

  @Test
  void close_then_yStaysAndBackwardThrows() {
    MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable());
    double[] before = values(pass.y());
    pass.close();
    layer.forward(TokenBatch.evaluation(x.mul(3))).close();
    assertSameBits("y", before, values(pass.y()));
    assertThrows(IllegalStateException.class, () -> pass.backward(dy));
    assertEquals(7, pass.decision().tokens()); // plain data stays
    assertEquals(7, pass.load().tokens());
  }

  @Test
  void close_twice_memoryNotSharedByLaterPasses() {
    MoePass pass = layer.forward(TokenBatch.evaluation(x));
    pass.close();
    pass.close();
    try (MoePass a = layer.forward(TokenBatch.evaluation(x))) {
      INDArray expected = a.y().dup();
      try (MoePass b = layer.forward(TokenBatch.evaluation(x.mul(3)))) {
        assertNotSame(a.y(), b.y());
        assertSameBits("y", expected, a.y());
      }
    }
  }

  @Test
  void forward_wrongX_messageNamesRuleAndValue() {
    assertMessage(
        "x of layer moe must be [*, 4] but was [7, 5]",
        () -> layer.forward(TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, 7, 5))));
    assertMessage(
        "x of layer moe must be DOUBLE but was FLOAT",
        () -> layer.forward(TokenBatch.evaluation(x.castTo(DataType.FLOAT))));
  }

  @Test
  void backward_wrongArguments_messageNamesRuleAndValue() {
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      Gradients into = layer.parameters().zeroGradients();
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 7, D);
      assertMessage(
          "dy of layer moe must be [7, 4] but was [6, 4]",
          () -> pass.backward(Nd4j.zeros(DataType.DOUBLE, 6, D)));
      assertMessage(
          "dy of layer moe must be DOUBLE but was FLOAT",
          () -> pass.backward(dy.castTo(DataType.FLOAT)));
      assertMessage(
          "dx of layer moe must be [7, 4] but was [4, 7]",
          () -> pass.backward(dy, Nd4j.zeros(DataType.DOUBLE, D, 7), into));
      assertMessage(
          "dx of layer moe must be DOUBLE but was FLOAT",
          () -> pass.backward(dy, dx.castTo(DataType.FLOAT), into));
      assertMessage(
          "dx of layer moe must be contiguous in c order but has order f and strides [1, 7]",
          () -> pass.backward(dy, dx.dup('f'), into));
      assertMessage(
          "gradient of logits must have length 21 but has 20",
          () -> pass.addBalance(RoutingGradient.ofLogits(new double[20])));
      assertMessage(
          "layer moe: no gradient router.weight among []",
          () -> pass.backward(dy, dx, NamedArrays.none().zeroGradients()));
    }
  }

  @Test
  void build_partsThatDoNotFit_messageNamesBoth() {
    FixedRouter router = FixedRouter.of(Nd4j.zeros(DataType.FLOAT, E, D), new int[] {0});
    FixedRouter wide = FixedRouter.of(Nd4j.zeros(DataType.FLOAT, E, 6), new int[] {0});
    GluExperts two = GluExperts.create(ExpertOptions.of(2, D, 5), 1);
    GluExperts three = GluExperts.create(ExpertOptions.of(E, D, 5), 1);
    assertMessage(
        "router and experts differ in number of experts: 3 != 2", () -> MoeLayer.of(router, two));
    assertMessage(
        "router and experts differ in model width: 6 != 4", () -> MoeLayer.of(wide, three));
    DenseFeedForward narrow = DenseFeedForward.of(GluExperts.create(ExpertOptions.of(1, 3, 5), 1));
    assertMessage(
        "shared expert and experts differ in model width: 3 != 4",
        () -> MoeLayer.builder(router, three).sharedExpert(narrow).build());
    assertMessage(
        "shared expert and experts differ in type: DOUBLE != FLOAT",
        () -> MoeLayer.builder(router, three)
            .sharedExpert(layer.sharedExpert().orElseThrow())
            .build());
    assertMessage(
        "a dense layer must have 1 expert network but had 2", () -> DenseFeedForward.of(two));
  }

  @Test
  void forward_routerDecidesOnOtherTokens_throws() {
    Router shorter = new Router() {
      @Override
      public int experts() {
        return E;
      }

      @Override
      public int modelWidth() {
        return D;
      }

      @Override
      public NamedArrays parameters() {
        return layer.router().parameters();
      }

      @Override
      public RouterPass route(TokenBatch input, Arena.Scope scope) {
        return layer.router().route(TokenBatch.evaluation(rows(input.x(), 0, 2)));
      }
    };
    assertMessage(
        "layer moe: the router's decision must be [7, 3] but was [2, 3]",
        () -> MoeLayer.of(shorter, layer.experts()).forward(TokenBatch.evaluation(x)));
  }

  @Test
  void times_passes_sumByStage() {
    StageTimes sum =
        new StageTimes(1, 2, 3, 4, 5, 6, 7).plus(new StageTimes(10, 20, 30, 40, 50, 60, 70));
    assertEquals(new StageTimes(11, 22, 33, 44, 55, 66, 77), sum);
    assertEquals(99, sum.experts());
    assertEquals(308, sum.total());
    assertEquals(0, StageTimes.zero().total());
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      long forward = pass.times().total();
      assertTrue(forward > 0 && pass.times().experts() > 0);
      pass.backward(dy);
      assertTrue(pass.times().total() > forward);
      assertEquals(1, pass.moe().size());
      assertSame(pass, pass.moe().get(0));
    }
  }

  @Test
  void times_ofEachStage_forwardAndThenBackwardToo() {
    INDArray many = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 500, D);
    long start = System.nanoTime();
    try (MoePass pass = layer.forward(TokenBatch.training(many))) {
      StageTimes forward = pass.times();
      assertTrue(forward.total() <= System.nanoTime() - start, forward::toString);
      assertTrue(forward.route() > 0, "route");
      assertTrue(forward.plan() > 0, "plan");
      assertTrue(forward.gather() > 0, "gather");
      assertTrue(forward.experts() > 0, "experts");
      assertTrue(forward.combine() > 0, "combine");
      pass.backward(many);
      StageTimes both = pass.times();
      assertTrue(both.route() > forward.route(), "route");
      assertEquals(forward.plan(), both.plan());
      assertTrue(both.gather() > forward.gather(), "gather");
      assertTrue(both.experts() > forward.experts(), "experts");
      assertTrue(both.combine() > forward.combine(), "combine");
      assertTrue(both.total() <= System.nanoTime() - start, both::toString);
    }
  }

  @Test
  void pass_manyTokens_leavesNoLeaseOfBlasOpen() {
    int before = SingleThreadedBlas.open();
    INDArray many = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 40, D);
    MoePass pass = layer.forward(TokenBatch.training(many));
    assertEquals(before, SingleThreadedBlas.open());
    pass.backward(many);
    assertEquals(before, SingleThreadedBlas.open());
  }

  @Test
  void sharedExpert_givenOrNot_isThatOrNone() {
    FeedForward shared = DenseFeedForward.of(GluExperts.create(ExpertOptions.of(1, D, 5), 1));
    FixedRouter router = FixedRouter.of(Nd4j.zeros(DataType.FLOAT, E, D), new int[] {0});
    GluExperts experts = GluExperts.create(ExpertOptions.of(E, D, 5), 1);
    MoeLayer with = MoeLayer.builder(router, experts).sharedExpert(shared).build();
    assertSame(shared, with.sharedExpert().orElseThrow());
    assertTrue(MoeLayer.of(router, experts).sharedExpert().isEmpty());
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
