package io.github.moe4j.core.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FrozenRouterTest {
  /** Of three experts and width 2. */
  private static Router router() {
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 3, 2);
    return FixedRouter.of(weight, new int[] {0, 2}, new int[] {1});
  }

  private static INDArray dx(Router router, Gradients into) {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 2, 2);
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 2, 2);
    try (Arena.Scope scope = new Arena().open()) {
      RouterPass pass = router.route(TokenBatch.training(x), scope);
      assertEquals(3, pass.decision().assignments().size());
      pass.backward(RoutingGradient.ofWeights(new double[] {1, -2, 3}), dx, into);
    }
    return dx;
  }

  @Test
  void of_allFrozen_noParametersAndTheGradientOfTheInput() {
    Router inner = router();
    FrozenRouter frozen = FrozenRouter.of(inner);
    assertSame(inner, frozen.inner());
    assertEquals(Set.of(), frozen.parameters().names());
    assertEquals(3, frozen.experts());
    assertEquals(2, frozen.modelWidth());
    INDArray expected = dx(inner, inner.parameters().zeroGradients());
    INDArray dx = dx(frozen, frozen.parameters().zeroGradients());
    Near.assertSameBits("dx", expected, dx);
  }

  @Test
  void except_oneTrained_sameBitsForIt() {
    Router inner = router();
    FrozenRouter frozen = FrozenRouter.except(inner, "weight"::equals);
    assertEquals(Set.of("weight"), frozen.parameters().names());
    Gradients expected = inner.parameters().zeroGradients();
    Gradients into = frozen.parameters().zeroGradients();
    Near.assertSameBits("dx", dx(inner, expected), dx(frozen, into));
    Near.assertSameBits("weight", expected.get("weight"), into.get("weight"));
  }
}
