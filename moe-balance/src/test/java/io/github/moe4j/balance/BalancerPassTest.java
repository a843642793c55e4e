package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a balancer gives to passes, against losses taken and added by hand. */
@ExtendWith(Seeds.class)
class BalancerPassTest {
  private static final int TOKENS = 6;
  private static final int WIDTH = 3;
  private static final int EXPERTS = 4;

  private final List<MoeLayer> layers = List.of(layer(1), layer(2));
  private final INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), TOKENS, WIDTH);

  private static MoeLayer layer(long salt) {
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), EXPERTS, WIDTH);
    return MoeLayer.of(
        FixedRouter.of(weight, new int[] {0, 1}, new int[] {2, 0}, new int[] {1, 3}),
        GluExperts.create(ExpertOptions.of(EXPERTS, WIDTH, 5).withDataType(DataType.DOUBLE), salt));
  }

  private List<MoePass> forward() {
    List<MoePass> passes = new ArrayList<>();
    layers.forEach(layer -> passes.add(layer.forward(TokenBatch.training(x))));
    return passes;
  }

  /** The gradient of each router's weight, with nothing but balance losses. */
  private List<double[]> backward(List<MoePass> passes) {
    List<double[]> result = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      Gradients into = layers.get(l).parameters().zeroGradients();
      INDArray zeros = passes.get(l).y().mul(0);
      passes.get(l).backward(zeros, zeros.dup(), into);
      result.add(values(into.get("router.weight")));
      passes.get(l).close();
    }
    return result;
  }

  private List<double[]> byHand(double scale) {
    List<MoePass> passes = forward();
    LossValue both = SwitchLoss.of(0.3)
        .evaluate(passes.stream().map(MoePass::decision).toList())
        .plus(ZLoss.of(0.2).evaluate(passes.stream().map(MoePass::decision).toList()));
    for (int l = 0; l < passes.size(); l++) {
      passes.get(l).addBalance(both.gradients().get(l).times(scale));
    }
    return backward(passes);
  }

  private static Balancer balancer() {
    return Balancer.of(SwitchLoss.of(0.3), ZLoss.of(0.2));
  }

  @Test
  void balance_passes_gradientsOfTheLossesInEachLayer() {
    List<MoePass> passes = forward();
    double value = balancer().balance(passes).value();
    double expected = SwitchLoss.of(0.3)
            .evaluate(passes.stream().map(MoePass::decision).toList())
            .value()
        + ZLoss.of(0.2)
            .evaluate(passes.stream().map(MoePass::decision).toList())
            .value();
    assertEquals(expected, value, 1e-14);
    List<double[]> actual = backward(passes);
    List<double[]> plain = byHand(1);
    for (int l = 0; l < 2; l++) {
      assertSameBits("layer " + l, plain.get(l), actual.get(l));
    }
  }

  @Test
  void balance_gradientScale_scalesGradientsAlone() {
    List<MoePass> passes = forward();
    double value = balancer().balance(passes, 8).value();
    List<MoePass> others = forward();
    assertEquals(balancer().balance(others).value(), value);
    others.forEach(MoePass::close);
    List<double[]> actual = backward(passes);
    List<double[]> plain = byHand(8);
    for (int l = 0; l < 2; l++) {
      assertNear("layer " + l, plain.get(l), actual.get(l), 1e-14);
    }
  }

  @Test
  void balanceAll_microBatches_eachItsOwnLoss() {
    List<List<MoePass>> batches = List.of(forward(), forward());
    List<BalanceValue> values = balancer().balanceAll(batches);
    assertEquals(2, values.size());
    assertEquals(values.get(0).value(), values.get(1).value());
    for (List<MoePass> passes : batches) {
      List<double[]> actual = backward(passes);
      List<double[]> plain = byHand(1);
      for (int l = 0; l < 2; l++) {
        assertSameBits("layer " + l, plain.get(l), actual.get(l));
      }
    }
  }

  @Test
  void balance_controller_seesTheDecisionsOfEachPass() {
    BiasController controller = BiasController.of(ExpertBias.zeros(EXPERTS), SignRule.of(1));
    Balancer balancer =
        Balancer.builder().add(GlobalBatchLoss.of(0.1)).controller(controller).build();
    List<MoePass> passes = forward();
    balancer.balance(passes);
    // six tokens in each of two layers choose 0, 1 | 2, 0 | 1, 3 in turn
    assertArrayEquals(new long[] {8, 8, 4, 4}, controller.counts());
    assertArrayEquals(
        new long[] {4, 4, 2, 2}, balancer.counted("global-batch loss").get(1).perExpert());
    assertThrows(IllegalArgumentException.class, () -> balancer.balance(passes));
    passes.forEach(MoePass::close);
  }

  @Test
  void balance_closedPass_isAnErrorAndCountsNothing() {
    Balancer balancer = Balancer.of(GlobalBatchLoss.of(0.1));
    List<MoePass> passes = forward();
    passes.forEach(MoePass::close);
    assertThrows(IllegalStateException.class, () -> balancer.balance(passes));
    assertEquals(List.of(), balancer.counted("global-batch loss"));
  }

  @Test
  void balance_laterPassClosed_leavesTheEarlierOneAlone() {
    Balancer balancer = balancer();
    List<MoePass> passes = forward();
    MoePass closed = layers.get(1).forward(TokenBatch.training(x));
    closed.close();
    IllegalStateException refusal = assertThrows(
        IllegalStateException.class, () -> balancer.balance(List.of(passes.get(0), closed)));
    assertEquals("balance of layer moe came after the pass was closed", refusal.getMessage());
    balancer.balance(passes);
    List<double[]> actual = backward(passes);
    List<double[]> plain = byHand(1);
    for (int l = 0; l < 2; l++) {
      assertSameBits("layer " + l, plain.get(l), actual.get(l));
    }
  }

  @Test
  void balance_negativeScale_refused() {
    List<MoePass> passes = forward();
    assertThrows(IllegalArgumentException.class, () -> balancer().balance(passes, -1));
    passes.forEach(MoePass::close);
  }
}
