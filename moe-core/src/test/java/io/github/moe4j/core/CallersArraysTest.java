package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.core.soft.SoftMoe;
import io.github.moe4j.core.soft.SoftMoeOptions;
import io.github.moe4j.core.transformer.TransformerBlock;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Closed, re-used and overlapping arrays are refused by name, and nothing is changed then. */
@ExtendWith(Seeds.class)
class CallersArraysTest {
  private static final int T = 6;
  private static final int D = 4;
  private static final String CLOSED =
      " must be usable but it, or the array of which it is a view, was closed";
  private static final String LEFT = " must be usable but its workspace was closed";
  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder().initialSize(1 << 20).build();

  /** The kinds of layers, what errors call them, and one parameter of each. */
  enum Kind {
    MOE("layer moe", "experts.up.weight", CallersArraysTest::moe),
    SHARED(
        "layer moe",
        "shared.network.down.weight",
        () -> MoeLayer.builder(moe().router(), moe().experts())
            .sharedExpert(dense())
            .build()),
    TWO_LEVELS(
        "layer moe",
        "experts.0.router.weight",
        () -> MoeLayer.of(
            FixedRouter.of(normal(4, 1, D), new int[] {0}),
            HierarchicalExperts.of(List.of(moe())))),
    DENSE("a dense layer", "gate.weight", CallersArraysTest::dense),
    SOFT(
        "a Soft MoE layer",
        "slots",
        () -> SoftMoe.create(experts(3), 2, SoftMoeOptions.paper(), 5)),
    BLOCK(
        "a Transformer block",
        "attention.qkv.weight",
        () -> TransformerBlock.create(moe(), 2, Initializer.kaimingUniform(), 6, new Arena()));

    private final String layer;
    private final String parameter;
    private final Supplier<FeedForward> create;

    Kind(String layer, String parameter, Supplier<FeedForward> create) {
      this.layer = layer;
      this.parameter = parameter;
      this.create = create;
    }
  }

  /** A copy, for ND4J closes no view, such as a reshaped array is. */
  private static INDArray normal(long salt, int rows, int columns) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), rows, columns)
        .dup();
  }

  private static GluExperts experts(int number) {
    return GluExperts.create(ExpertOptions.of(number, D, 5).withDataType(DataType.DOUBLE), 1);
  }

  private static MoeLayer moe() {
    return MoeLayer.of(FixedRouter.of(normal(2, 3, D), new int[] {0, 2}), experts(3));
  }

  private static DenseFeedForward dense() {
    return DenseFeedForward.gated(experts(1), normal(3, 1, D));
  }

  private static INDArray x() {
    return normal(10, T, D);
  }

  private static INDArray dy() {
    return normal(11, T, D);
  }

  /** Rows [from, from + T) of an array. */
  private static INDArray rows(INDArray array, int from) {
    return array.get(NDArrayIndex.interval(from, from + T), NDArrayIndex.all());
  }

  private static void refused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  /** A forward pass whose backward is refused; dx is zero or is not looked at. */
  private static final class Refusal {
    final FeedForward layer;
    final Gradients into;
    final FeedForwardPass pass;

    Refusal(Kind kind, INDArray x) {
      layer = kind.create.get();
      into = layer.parameters().zeroGradients();
      pass = layer.forward(TokenBatch.training(x));
    }

    void expect(String message, INDArray dy, INDArray dx) {
      double[] before = dx.wasClosed() ? new double[0] : values(dx);
      refused(message, () -> pass.backward(dy, dx, into));
      if (!dx.wasClosed()) {
        assertSameBits("dx", before, values(dx));
      }
      into.forEach((name, gradient) -> {
        if (!gradient.wasClosed()) {
          assertAllZero(name, values(gradient));
        }
      });
    }
  }

  @ParameterizedTest
  @EnumSource
  void forward_closedParameter_isNamed(Kind kind) {
    FeedForward layer = kind.create.get();
    layer.parameters().get(kind.parameter).close();
    refused(
        "parameter " + kind.parameter + " of " + kind.layer + CLOSED,
        () -> layer.forward(TokenBatch.evaluation(x())));
  }

  @ParameterizedTest
  @EnumSource
  void backward_closedParameter_isNamed(Kind kind) {
    Refusal refusal = new Refusal(kind, x());
    refusal.layer.parameters().get(kind.parameter).close();
    refusal.expect(
        "parameter " + kind.parameter + " of " + kind.layer + CLOSED,
        dy(),
        Nd4j.zeros(DataType.DOUBLE, T, D));
  }

  @ParameterizedTest
  @EnumSource
  void any_xWhoseParentWasClosed_isRefused(Kind kind) {
    INDArray all = normal(10, 2 * T, D);
    INDArray x = rows(all, T);
    TokenBatch early = TokenBatch.evaluation(x);
    Refusal refusal = new Refusal(kind, x);
    all.close();
    refusal.expect("x of " + kind.layer + CLOSED, dy(), Nd4j.zeros(DataType.DOUBLE, T, D));
    refused("x of " + kind.layer + CLOSED, () -> refusal.layer.forward(early));
    refused("x" + CLOSED, () -> TokenBatch.evaluation(x));
    refused("x" + CLOSED, () -> TokenBatch.training(x));
    refused("x" + CLOSED, () -> TokenBatch.evaluation(x()).withX(x));
  }

  @ParameterizedTest
  @EnumSource
  void any_xOfAWorkspaceThatWasLeft_isRefused(Kind kind) {
    for (boolean view : new boolean[] {false, true}) {
      INDArray x;
      Refusal refusal;
      try (MemoryWorkspace open =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
        INDArray all = Nd4j.create(DataType.DOUBLE, 2 * T, D);
        x = view ? rows(all, T) : Nd4j.create(DataType.DOUBLE, T, D);
        assertEquals(open, x.data().getParentWorkspace());
        x.assign(x());
        refusal = new Refusal(kind, x);
      }
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, T, D);
      refusal.expect("x of " + kind.layer + LEFT, dy(), dx);
      refused("x" + LEFT, () -> TokenBatch.evaluation(x));
      try (MemoryWorkspace again =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "CALLER")) {
        assertEquals("CALLER", again.getId());
        refusal.expect("x of " + kind.layer + LEFT, dy(), dx);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void backward_dxSharesMemoryWithX_isRefused(Kind kind) {
    INDArray all = normal(10, 2 * T, D);
    String message = "x and dx of " + kind.layer + " must not share memory";
    INDArray x = rows(all, 2);
    Refusal refusal = new Refusal(kind, x);
    refusal.expect(message, dy(), x);
    refusal.expect(message, dy(), rows(all, 0));
    refusal.expect(message, dy(), rows(all, 3));
  }

  @ParameterizedTest
  @EnumSource
  void backward_dxSharesPartWithDy_isRefused(Kind kind) {
    INDArray all = normal(11, 2 * T, D);
    Refusal refusal = new Refusal(kind, x());
    String message = "dy and dx of " + kind.layer + " must not share memory";
    refusal.expect(message, rows(all, 2), rows(all, 1));
    refusal.expect(message, rows(all, 2), rows(all, 5));
  }

  @ParameterizedTest
  @EnumSource
  void backward_dxIsDyOrY_addsToIt(Kind kind) {
    FeedForward layer = kind.create.get();
    Gradients expected = layer.parameters().zeroGradients();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, T, D);
    FeedForwardPass plain = layer.forward(TokenBatch.training(x()));
    plain.backward(dy(), dx, expected);
    INDArray y = plain.y();

    Gradients intoY = layer.parameters().zeroGradients();
    FeedForwardPass second = layer.forward(TokenBatch.training(x()));
    second.backward(dy(), second.y(), intoY);
    assertNear("dx = y", y.add(dx), second.y(), 1e-12);
    expected.forEach((name, array) -> assertSameBits(name, array, intoY.get(name)));

    Gradients intoDy = layer.parameters().zeroGradients();
    INDArray both = dy();
    layer.forward(TokenBatch.training(x())).backward(both, both, intoDy);
    assertNear("dx = dy", dy().add(dx), both, 1e-12);
    expected.forEach((name, array) -> assertSameBits(name, array, intoDy.get(name)));
  }

  @ParameterizedTest
  @EnumSource
  void backward_closedDyDxOrGradient_isNamed(Kind kind) {
    Refusal refusal = new Refusal(kind, x());
    INDArray closed = dy();
    closed.close();
    refusal.expect("dy of " + kind.layer + CLOSED, closed, Nd4j.zeros(DataType.DOUBLE, T, D));
    refusal.expect("dx of " + kind.layer + CLOSED, dy(), closed);
    refusal.into.get(kind.parameter).close();
    refusal.expect(
        kind.layer + ": gradient of " + kind.parameter + CLOSED,
        dy(),
        Nd4j.zeros(DataType.DOUBLE, T, D));
  }

  @ParameterizedTest
  @EnumSource
  void backward_gradientInMemoryOfAnother_isRefused(Kind kind) {
    FeedForward layer = kind.create.get();
    FeedForwardPass pass = layer.forward(TokenBatch.training(x()));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, T, D);
    NamedArrays.Builder own = NamedArrays.builder();
    layer
        .parameters()
        .forEach((name, array) -> own.add(name, name.equals(kind.parameter) ? array : array.dup()));
    refused(
        "parameter %1$s and gradient of %1$s of %2$s must not share memory"
            .formatted(kind.parameter, kind.layer),
        () -> pass.backward(dy(), dx, Gradients.in(own.build())));
    assertAllZero("dx", values(dx));
  }

  @ParameterizedTest
  @EnumSource
  void forward_intoAGivenArray_sameBitsThere(Kind kind) {
    FeedForward layer = kind.create.get();
    INDArray expected = layer.forward(TokenBatch.evaluation(x())).y();
    INDArray y = Nd4j.valueArrayOf(new long[] {T, D}, Double.NaN, DataType.DOUBLE);
    FeedForwardPass pass = layer.forward(TokenBatch.evaluation(x()), y);
    assertEquals(y.data().address(), pass.y().data().address());
    assertSameBits("y", expected, y);
  }

  @ParameterizedTest
  @EnumSource
  void forward_intoAnArrayThatDoesNotDo_isRefusedAndUnchanged(Kind kind) {
    FeedForward layer = kind.create.get();
    INDArray all = normal(10, 2 * T, D);
    INDArray x = rows(all, 2);
    double[] before = values(all);
    TokenBatch input = TokenBatch.evaluation(x);
    String message = "x and y of " + kind.layer + " must not share memory";
    refused(message, () -> layer.forward(input, x));
    refused(message, () -> layer.forward(input, rows(all, 5)));
    refused(
        "y of " + kind.layer + " must be [6, 4] but was [4, 6]",
        () -> layer.forward(input, Nd4j.create(DataType.DOUBLE, D, T)));
    refused(
        "y of " + kind.layer + " must be DOUBLE but was FLOAT",
        () -> layer.forward(input, Nd4j.create(DataType.FLOAT, T, D)));
    INDArray closed = dy();
    closed.close();
    refused("y of " + kind.layer + CLOSED, () -> layer.forward(input, closed));
    assertSameBits("x", before, values(all));
  }
}
