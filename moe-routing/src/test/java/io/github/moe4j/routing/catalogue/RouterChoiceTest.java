package io.github.moe4j.routing.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Router;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRouter;
import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.SparseMixer;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import io.github.moe4j.routing.TopP;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** From a router to its entry of the catalogue and back. */
class RouterChoiceTest {
  private static final ExpertBias BIAS = ExpertBias.of(1, 2, 3, 4, 5, 6, 7, 8);

  static Stream<RoutingRule> rules() {
    TopK odd = new TopK(3, ScoreFunction.SQRT_SOFTPLUS, TopKNormalization.sumAtLeast(0.5), 1.5);
    return Stream.of(
        TopK.of(2),
        TopK.unnormalized(1),
        TopK.sigmoid(1),
        odd,
        new TopK(2, ScoreFunction.SOFTMAX, new TopKNormalization(2, 1e-6), 1),
        new Switch(),
        DeepSeekV2.of(2, 4, 2, 16),
        new DeepSeekV2(odd, new ExpertGroups(2, 1, 2, ExpertGroups.Outside.ZERO)),
        DeepSeekV3.of(2, BIAS, 4, 2),
        new DeepSeekV3(odd, BIAS, ExpertGroups.none()),
        new BiasedTopK(odd, BIAS),
        new SparseMixer(0.2));
  }

  private static Router router(RoutingRule rule) {
    return GatedRouter.of(LinearGate.create(8, 4, DataType.FLOAT, 1), rule);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void of_anyRule_isBuiltAgain(RoutingRule rule) {
    Router router = router(rule);
    RouterChoice choice = RouterChoice.of(router);
    RouterParts parts = new RouterParts(router.parameters()::get, BIAS, 0);
    Router built = RouterCatalogue.load()
        .get(choice.name())
        .build(new RouterConfig(8, 4, choice.k(), choice.options()), parts);
    assertEquals(rule, ((GatedRouter) built).rule());
  }

  @Test
  void of_gateWithBias_hasItsOption() {
    Router router = GatedRouter.of(
        LinearGate.of(Nd4j.create(DataType.FLOAT, 8, 4), Nd4j.create(DataType.FLOAT, 8)),
        TopK.of(2));
    assertEquals(1, RouterChoice.of(router).options().get("gateBias"));
    assertSame(BIAS, RouterChoice.bias(router(DeepSeekV3.of(2, BIAS))).orElseThrow());
  }

  @Test
  void of_whatTheCatalogueLacks_isNamed() {
    assertEquals(
        "a router of the catalogue must be a GatedRouter but was a HashRouter",
        error(HashRouter.of(ExpertTable.modulo(16, 8, 1), HashKey.TOKEN_ID, 4)));
    assertEquals("no router of the catalogue has the rule TopP", error(router(TopP.of(0.5))));
    assertEquals(
        "a router of the catalogue must have a LinearGate but has a InputJitter",
        error(GatedRouter.of(
            InputJitter.of(LinearGate.create(8, 4, DataType.FLOAT, 1), 0.1), TopK.of(2))));
    DeepSeekV2 byLogits = DeepSeekV2.of(2, 4, 2, 1).withSelection(DeepSeekV2.Selection.LOGITS);
    assertEquals(
        "router deepseek-v2 of the catalogue cannot express the rule " + byLogits,
        error(router(byLogits)));
  }

  private static String error(Router router) {
    return assertThrows(IllegalArgumentException.class, () -> RouterChoice.of(router))
        .getMessage();
  }
}
