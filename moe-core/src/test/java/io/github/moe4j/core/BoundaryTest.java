package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.transformer.TransformerBlock;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What must be refused before anything changes, and what callers may do without harm. */
@ExtendWith(Seeds.class)
class BoundaryTest {
  private static final int D = 8;

  private static MoeLayer layer(int experts) {
    ExpertOptions options = ExpertOptions.of(experts, D, 16).withDataType(DataType.DOUBLE);
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), experts, D);
    return MoeLayer.of(
        FixedRouter.of(gate, new int[] {0, experts - 1}), GluExperts.create(options, 2));
  }

  private static INDArray x(int tokens) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), tokens, D);
  }

  private static TransformerBlock block() {
    return TransformerBlock.create(layer(3), 2, Initializer.kaimingUniform(), 4, new Arena());
  }

  private static void assertRefused(String message, MoeLayer layer, Gradients into) {
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 4, D);
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x(4)).differentiable())) {
      var error = assertThrows(IllegalArgumentException.class, () -> pass.backward(x(4), dx, into));
      assertTrue(error.getMessage().contains(message), error.getMessage());
    }
    assertAllZero("dx", values(dx));
    into.forEach((name, gradient) -> assertAllZero(name, values(gradient)));
  }

  @Test
  void backward_intoGradientsOfAnotherLayer_isRefusedBeforeAnythingChanges() {
    assertRefused(
        "must be [8, 8] but was [4, 8]", layer(8), layer(4).parameters().zeroGradients());
    assertRefused(
        "must be [4, 8] but was [8, 8]", layer(4), layer(8).parameters().zeroGradients());
  }

  @Test
  void blockBackward_intoWrongArrays_isRefusedBeforeAnythingChanges() {
    TransformerBlock block = block();
    Gradients into = block.parameters().zeroGradients();
    try (FeedForwardPass pass = block.forward(TokenBatch.evaluation(x(4)).differentiable())) {
      INDArray single = Nd4j.zeros(DataType.FLOAT, 4, D);
      INDArray order = Nd4j.create(DataType.DOUBLE, new long[] {4, D}, 'f');
      for (INDArray dx : new INDArray[] {single, order}) {
        assertThrows(IllegalArgumentException.class, () -> pass.backward(x(4), dx, into));
      }
      assertThrows(IllegalArgumentException.class, () -> pass.backward(single, x(4), into));
    }
    into.forEach((name, gradient) -> assertAllZero(name, values(gradient)));
  }

  @Test
  void block_withNanInPadding_leavesRealTokensAndGradientsFinite() {
    TransformerBlock block = block();
    TokenMask mask = TokenMask.of(true, false, true, true);
    INDArray poisoned = x(4);
    poisoned.getRow(1).assign(Double.NaN);
    Gradients expected = block.parameters().zeroGradients();
    Gradients actual = block.parameters().zeroGradients();
    double[] clean =
        pass(block, TokenBatch.evaluation(x(4)).differentiable().withMask(mask), expected);
    double[] nan =
        pass(block, TokenBatch.evaluation(poisoned).differentiable().withMask(mask), actual);
    for (int i = 0; i < clean.length; i++) {
      assertTrue(i / D == 1 || clean[i] == nan[i], "output " + i + " was " + nan[i]);
    }
    expected.forEach((name, gradient) -> assertSameBits(name, gradient, actual.get(name)));
  }

  private static double[] pass(TransformerBlock block, TokenBatch input, Gradients into) {
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 4, D);
    try (FeedForwardPass pass = block.forward(input)) {
      pass.backward(x(4), dx, into);
      return values(pass.y());
    }
  }

  @Test
  void close_ofAnOutputByTheCaller_doesNotHarmLaterPasses() {
    MoeLayer layer = layer(4);
    double[] first;
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x(4)).differentiable())) {
      first = values(pass.y());
      if (pass.y().closeable()) {
        pass.y().close();
      }
    }
    for (int i = 0; i < 3; i++) {
      try (MoePass pass = layer.forward(TokenBatch.evaluation(x(4)).differentiable())) {
        assertSameBits("y", first, values(pass.y()));
      }
    }
  }

  @Test
  void take_ofAnySize_isAViewThatCallersCannotClose() {
    try (Arena.Scope scope = new Arena().open()) {
      for (int length : new int[] {1, 16, 32, 33, 64, 1024}) {
        assertEquals(false, scope.take(DataType.FLOAT, length).closeable(), "length " + length);
      }
    }
  }

  @Test
  void forward_whenARouterChangesTheMask_isRefused() {
    MoeLayer inner = layer(3);
    Router careless = new Router() {
      @Override
      public int experts() {
        return 3;
      }

      @Override
      public int modelWidth() {
        return D;
      }

      @Override
      public NamedArrays parameters() {
        return inner.router().parameters();
      }

      @Override
      public RouterPass route(TokenBatch input, Arena.Scope scope) {
        return inner.router().route(input.withMask(TokenMask.none(input.tokens())));
      }
    };
    MoeLayer layer = MoeLayer.of(careless, inner.experts());
    TokenBatch input =
        TokenBatch.evaluation(x(2)).differentiable().withMask(TokenMask.of(true, false));
    var error = assertThrows(IllegalArgumentException.class, () -> layer.forward(input));
    assertEquals(
        "layer moe: the router's decision must have the mask and sequence length of its input but had others",
        error.getMessage());
  }

  @Test
  void size_tooLargeForAnArray_namesTheNumber() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> TokenScores.size(65_536, 65_536));
    assertEquals("T·E must be below 2^31 - 1 but was 4294967296", error.getMessage());
  }

  @Test
  void routingEntropy_withoutDistribution_isUnknown() {
    Assignments one = Assignments.of(1, 2, new int[] {0}, new int[] {1}, new double[] {1});
    RouterDecision decision = RouterDecision.of(one, TokenMask.none(1), 1, null, null);
    LoadStatistics load =
        LoadStatistics.of(decision, new Dropless().apply(decision, PassMode.evaluation()));
    assertTrue(Double.isNaN(load.routingEntropy()));
    assertTrue(Double.isNaN(load.plus(LoadStatistics.none(2)).routingEntropy()));
  }

  @Test
  void ranges_whenOneTaskFails_endsAllAndThrowsItsError() {
    AtomicInteger rows = new AtomicInteger();
    var error = assertThrows(
        IllegalStateException.class,
        () -> Parallel.ranges(1000, 1, (from, to) -> {
          rows.addAndGet(to - from);
          throw new IllegalStateException("row " + from);
        }));
    assertTrue(error.getMessage().startsWith("row "));
    assertEquals(1000, rows.get());
  }

  @Test
  void addBalance_ofALayerThatIsASharedExpert_reachesItsRouter() {
    MoeLayer inner = layer(3);
    MoeLayer outer = MoeLayer.builder(layer(4).router(), layer(4).experts())
        .sharedExpert(inner)
        .build();
    try (MoePass pass = outer.forward(TokenBatch.evaluation(x(2)).differentiable())) {
      assertEquals(2, pass.moe().size());
      MoePass ofInner = pass.moe().get(1);
      assertEquals(3, ofInner.decision().experts());
      INDArray none = Nd4j.zeros(DataType.DOUBLE, 2, D);
      ofInner.addBalance(RoutingGradient.ofLogits(new double[] {1, 0, 0, 0, 0, 0}));
      Gradients into = outer.parameters().zeroGradients();
      pass.backward(none, none.dup(), into);
      assertAllZero("outer", values(into.get("router.weight")));
      assertTrue(into.get("shared.router.weight").amaxNumber().doubleValue() > 0);
    }
  }
}
