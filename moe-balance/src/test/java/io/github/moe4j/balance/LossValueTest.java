package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.RoutingGradient;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossValueTest {
  private static final LossValue TWO_LAYERS = new LossValue(
      3,
      List.of(
          RoutingGradient.ofProbabilities(new double[] {1, -2}),
          RoutingGradient.ofLogits(new double[] {4, 8})));

  @Test
  void times_factor_valueAndEveryGradient() {
    LossValue scaled = TWO_LAYERS.times(-0.5);
    assertEquals(-1.5, scaled.value());
    assertArrayEquals(
        new double[] {-0.5, 1}, scaled.gradients().get(0).probabilities().orElseThrow());
    assertArrayEquals(new double[] {-2, -4}, scaled.gradients().get(1).logits().orElseThrow());
    assertArrayEquals(
        new double[] {1, -2}, TWO_LAYERS.gradients().get(0).probabilities().orElseThrow());
  }

  @Test
  void plus_sameLayers_sumsKindByKind() {
    LossValue other = new LossValue(
        0.25,
        List.of(
            RoutingGradient.ofProbabilities(new double[] {10, 20}),
            RoutingGradient.ofProbabilities(new double[] {5, 6})));
    LossValue sum = TWO_LAYERS.plus(other);
    assertEquals(3.25, sum.value());
    // layer 0 has one kind, added; layer 1 has two, side by side
    assertArrayEquals(
        new double[] {11, 18}, sum.gradients().get(0).probabilities().orElseThrow());
    assertTrue(sum.gradients().get(0).logits().isEmpty());
    assertArrayEquals(
        new double[] {5, 6}, sum.gradients().get(1).probabilities().orElseThrow());
    assertArrayEquals(new double[] {4, 8}, sum.gradients().get(1).logits().orElseThrow());
  }

  @Test
  void plus_zero_same() {
    LossValue sum = LossValue.zero(2).plus(TWO_LAYERS);
    assertEquals(3, sum.value());
    assertArrayEquals(
        new double[] {1, -2}, sum.gradients().get(0).probabilities().orElseThrow());
    assertTrue(sum.gradients().get(1).probabilities().isEmpty());
  }

  @Test
  void of_otherNumberOfGradients_refused() {
    RoutingGradient none = RoutingGradient.none();
    assertRefused(
        "there must be one gradient per layer: 1 != 2",
        () -> LossValue.of(1, List.of(FourTokens.decision()), List.of(none, none)));
    assertRefused(
        "a loss needs at least one layer but had none",
        () -> LossValue.of(1, List.of(), List.of()));
  }

  @Test
  void plus_otherNumberOfLayers_refused() {
    assertRefused(
        "losses must have the same number of layers: 2 != 1",
        () -> TWO_LAYERS.plus(LossValue.zero(1)));
  }
}
