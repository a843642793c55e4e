package io.github.moe4j.core.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FrozenFeedForwardTest {
  private static DenseFeedForward dense() {
    return DenseFeedForward.of(GluExperts.create(ExpertOptions.of(1, 3, 2), 1));
  }

  private static INDArray dx(FeedForward layer, Gradients into) {
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 2, 3);
    INDArray dy = RandomArrays.normal(DataType.FLOAT, Seeds.random(2), 2, 3);
    INDArray dx = Nd4j.zeros(DataType.FLOAT, 2, 3);
    try (FeedForwardPass pass = layer.forward(TokenBatch.training(x))) {
      pass.backward(dy, dx, into);
    }
    return dx;
  }

  @Test
  void of_allFrozen_noParametersAndTheGradientOfTheInput() {
    DenseFeedForward inner = dense();
    FrozenFeedForward frozen = FrozenFeedForward.of(inner);
    assertSame(inner, frozen.inner());
    assertEquals(Set.of(), frozen.parameters().names());
    assertEquals(3, frozen.modelWidth());
    assertEquals(DataType.FLOAT, frozen.dataType());
    INDArray expected = dx(inner, inner.parameters().zeroGradients());
    INDArray dx = dx(frozen, frozen.parameters().zeroGradients());
    Near.assertSameBits("dx", expected, dx);
  }

  @Test
  void except_oneTrained_sameBitsForIt() {
    DenseFeedForward inner = dense();
    String trained = "network.down.weight";
    FrozenFeedForward frozen = FrozenFeedForward.except(inner, trained::equals);
    assertEquals(List.of(trained), List.copyOf(frozen.parameters().names()));
    Gradients all = inner.parameters().zeroGradients();
    Gradients some = frozen.parameters().zeroGradients();
    Near.assertSameBits("dx", dx(inner, all), dx(frozen, some));
    Near.assertSameBits(trained, all.get(trained), some.get(trained));
  }

  @Test
  void moe_ofPass_isThatOfTheLayer() {
    MoeLayer moe = MoeLayer.of(
        FixedRouter.of(Nd4j.zeros(DataType.FLOAT, 2, 3), new int[] {1}),
        GluExperts.create(ExpertOptions.of(2, 3, 2), 1));
    TokenBatch input = TokenBatch.evaluation(Nd4j.ones(DataType.FLOAT, 1, 3));
    try (FeedForwardPass pass = FrozenFeedForward.of(moe).forward(input)) {
      assertEquals(1, MoePasses.in(pass).size());
    }
  }

  @Test
  void close_ofPass_closesThatOfTheLayer() {
    FrozenFeedForward frozen = FrozenFeedForward.of(dense());
    INDArray ones = Nd4j.ones(DataType.FLOAT, 1, 3);
    FeedForwardPass pass = frozen.forward(TokenBatch.training(ones));
    pass.close();
    Gradients into = frozen.parameters().zeroGradients();
    assertEquals(
        "backward of a dense layer came after the pass was closed",
        assertThrows(
                IllegalStateException.class,
                () -> pass.backward(ones.dup(), Nd4j.zeros(DataType.FLOAT, 1, 3), into))
            .getMessage());
  }
}
