package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** An evaluation that keeps no decision: the same numbers, and an error for what is not there. */
@ExtendWith(Seeds.class)
class InferencePassTest {
  private static final int D = 6;
  private static final int E = 5;

  private final Arena arena = new Arena();

  static Stream<RoutingRule> rules() {
    return Stream.of(
        TopK.of(2),
        TopK.of(3).withScale(2.5),
        TopK.unnormalized(2),
        TopK.sigmoid(1),
        new Switch(),
        GumbelNoise.of(TopK.of(2)),
        ExpertChoice.of(1.5));
  }

  private static GatedRouter router(RoutingRule rule, DataType type) {
    INDArray weight = RandomArrays.normal(type, Seeds.random(1), E, D);
    return GatedRouter.of(LinearGate.of(weight), rule);
  }

  private static GluExperts experts() {
    return GluExperts.create(ExpertOptions.of(E, D, 4), 2);
  }

  private static INDArray tokens(int number) {
    return RandomArrays.normal(DataType.FLOAT, Seeds.random(3), number, D);
  }

  private static TokenBatch masked(TokenBatch input) {
    boolean[] valid = new boolean[input.tokens()];
    for (int t = 0; t < valid.length; t++) {
      valid[t] = t % 4 != 1;
    }
    return input.withMask(TokenMask.of(valid));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void forward_anyRule_bitsAndLoadOfEvaluation(RoutingRule rule) {
    for (DataType gate : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      MoeLayer layer = MoeLayer.builder(router(rule, gate), experts())
          .capacity(LimitedCapacity.ofFactor(1))
          .arena(arena)
          .build();
      for (int number : new int[] {0, 1, 3, 17, 40, 5}) {
        INDArray x = tokens(number);
        MoePass expected = layer.forward(masked(TokenBatch.evaluation(x)));
        MoePass actual = layer.forward(masked(TokenBatch.inference(x)));
        assertEquals(0, arena.borrowedBytes());
        assertSameBits("y", expected.y(), actual.y());
        assertArrayEquals(expected.load().assigned(), actual.load().assigned());
        assertArrayEquals(expected.load().kept(), actual.load().kept());
        assertEquals(expected.load().tokens(), actual.load().tokens());
        assertEquals(expected.dropped(), actual.dropped());
        assertTrue(number == 0 || Double.isNaN(actual.load().routingEntropy()));
      }
    }
  }

  @Test
  void decisionAndPlan_ofInference_errorsThatNameTheLayer() {
    MoeLayer layer = MoeLayer.builder(router(TopK.of(2), DataType.FLOAT), experts())
        .name("block 3")
        .build();
    try (MoePass pass = layer.forward(TokenBatch.inference(tokens(4)))) {
      assertEquals(
          "decision of layer block 3 was not kept because the input was for inference:"
              + " use TokenBatch.evaluation",
          assertThrows(IllegalStateException.class, pass::decision).getMessage());
      assertTrue(assertThrows(IllegalStateException.class, pass::plan)
          .getMessage()
          .startsWith("plan of layer block 3 was not kept"));
    }
  }

  @Test
  void apply_moreChoicesThanExperts_refused() {
    try (Arena.Scope scope = arena.open()) {
      HandWorked.assertRefused(
          "k must be at most E = 3 but was 4",
          () -> TopK.of(4)
              .apply(HandWorked.logits(3, 1, 2, 3), TokenBatch.inference(tokens(1)), scope));
    }
  }

  @Test
  void decision_ofRouterAlone_readableUntilItsScopeIsClosed() {
    GatedRouter router = router(TopK.of(2), DataType.FLOAT);
    INDArray x = tokens(9);
    RouterDecision kept = router.route(TokenBatch.evaluation(x)).decision();
    RouterDecision decision;
    try (Arena.Scope scope = arena.open()) {
      decision = router.route(TokenBatch.inference(x), scope).decision();
      Assignments made = decision.assignments();
      assertArrayEquals(kept.assignments().weights(), made.weights());
      assertArrayEquals(kept.assignments().countPerExpert(), made.countPerExpert());
      assertThrows(IndexOutOfBoundsException.class, () -> made.expert(18));
      assertArrayEquals(
          kept.requireLogits("test").toArray(), decision.requireLogits("test").toArray());
    }
    Assignments made = decision.assignments();
    assertEquals(18, made.size());
    assertEquals(
        "assignments of a pass for inference were read after the pass",
        assertThrows(IllegalStateException.class, () -> made.token(0)).getMessage());
    assertThrows(IllegalStateException.class, made::weights);
    Logits logits = decision.requireLogits("test");
    assertEquals(
        "logits of a pass for inference were read after the pass",
        assertThrows(IllegalStateException.class, () -> logits.get(0, 0)).getMessage());
    assertThrows(IllegalStateException.class, logits::toArray);
    Probabilities late = decision.requireProbabilities("test");
    assertThrows(IllegalStateException.class, () -> late.get(0, 0));
  }

  @Test
  void evaluation_otherPassesFollow_decisionAndPlanStay() {
    MoeLayer layer = MoeLayer.builder(router(TopK.of(2), DataType.FLOAT), experts())
        .arena(arena)
        .build();
    INDArray x = tokens(17);
    double[] logits;
    double[] weights;
    int[] tokenOfRow = new int[34];
    try (MoePass pass = layer.forward(TokenBatch.training(x))) {
      logits = pass.decision().requireLogits("test").toArray();
      weights = pass.decision().assignments().weights();
      for (int row = 0; row < 34; row++) {
        tokenOfRow[row] = pass.plan().token(row);
      }
    }
    MoePass pass = layer.forward(TokenBatch.evaluation(x));
    pass.close();
    INDArray others = tokens(18).get(NDArrayIndex.interval(1, 18), NDArrayIndex.all());
    layer.forward(TokenBatch.evaluation(others)).close();
    layer.forward(TokenBatch.inference(others)).close();
    assertArrayEquals(logits, pass.decision().requireLogits("test").toArray());
    assertArrayEquals(weights, pass.decision().assignments().weights());
    for (int row = 0; row < 34; row++) {
      assertEquals(tokenOfRow[row], pass.plan().token(row));
    }
  }

  @Test
  void differentiable_ofInference_keepsTheDecisionForItsBackward() {
    MoeLayer layer = MoeLayer.of(router(TopK.of(2), DataType.FLOAT), experts());
    INDArray x = tokens(4);
    try (MoePass pass = layer.forward(TokenBatch.inference(x).differentiable())) {
      assertEquals(8, pass.decision().assignments().size());
      assertArrayEquals(x.shape(), pass.backward(x).dx().shape());
    }
  }

  @Test
  void forward_layersWithin_sameBitsAndNoDecisionEither() {
    List<MoeLayer> groups = Stream.generate(
            () -> MoeLayer.of(router(TopK.of(2), DataType.FLOAT), experts()))
        .limit(E)
        .toList();
    MoeLayer layer =
        MoeLayer.of(router(TopK.of(2), DataType.FLOAT), HierarchicalExperts.of(groups));
    INDArray x = tokens(17);
    MoePass expected = layer.forward(TokenBatch.evaluation(x));
    MoePass actual = layer.forward(TokenBatch.inference(x));
    assertSameBits("y", expected.y(), actual.y());
    for (int i = 0; i < expected.moe().size(); i++) {
      MoePass inner = actual.moe().get(i);
      assertArrayEquals(expected.moe().get(i).load().kept(), inner.load().kept());
      assertThrows(IllegalStateException.class, inner::decision);
    }
  }
}
