package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.decision;
import static io.github.moe4j.core.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Over {@link FourTokens}, where the switch loss is 294/256 and GShard's 171/128. */
class CompositeLossTest {
  private static final List<RouterDecision> LAYER = List.of(decision());
  private static final double SWITCH = 294 / 256.0;
  private static final double GSHARD = 171 / 128.0;

  /** Switch loss from 0 to 4 in 8 steps, GShard's as it is, half of it. */
  private static CompositeLoss sum() {
    return CompositeLoss.builder()
        .add(SwitchLoss.of(1), CoefficientSchedule.linearWarmup(4, 8))
        .add("first choices", SwitchLoss.gshard(1), CoefficientSchedule.constant(0.5))
        .add(new ZLoss(0.1))
        .build();
  }

  @Test
  void evaluate_step_scheduleReadThere() {
    CompositeLoss sum = sum();
    double z = new ZLoss(0.1).evaluate(decision()).value();
    // 4 · step/8 times the switch loss
    double[] factor = {0, 0.5, 2, 4, 4};
    long[] step = {0, 1, 4, 8, 80};
    for (int i = 0; i < step.length; i++) {
      CompositeLoss.Value value = sum.evaluate(LAYER, step[i]);
      assertEquals(factor[i] * SWITCH, value.terms().get("switch loss"), 1e-14);
      assertEquals(0.5 * GSHARD, value.terms().get("first choices"), 1e-14);
      assertEquals(z, value.terms().get("z-loss"), 0);
      assertEquals(factor[i] * SWITCH + 0.5 * GSHARD + z, value.total().value(), 1e-14);
    }
  }

  @Test
  void evaluate_terms_byNameInOrder() {
    List<String> order = List.of("switch loss", "first choices", "z-loss");
    assertEquals(order, sum().names());
    CompositeLoss.Value value = sum().evaluate(LAYER, 3);
    assertEquals(order, new ArrayList<>(value.terms().keySet()));
    assertThrows(UnsupportedOperationException.class, () -> value.terms().clear());
  }

  @Test
  void evaluate_gradient_sumOfThoseOfTheTerms() {
    LossValue total = sum().evaluate(LAYER, 4).total();
    // dP of every token: switch 2 · 3·(4, 3, 1)/8/4, GShard 1/2 · 3·(3, 1, 0)/4/4
    double[] row = {24 / 32.0 + 9 / 32.0, 18 / 32.0 + 3 / 32.0, 6 / 32.0};
    double[] dP = FourTokens.dP(total);
    assertEquals(12, dP.length);
    for (int i = 0; i < 12; i++) {
      assertEquals(row[i % 3], dP[i], 1e-15);
    }
    double[] z = new ZLoss(0.1).evaluate(decision()).gradient().logits().orElseThrow();
    assertNear("logits", z, total.gradient().logits().orElseThrow(), 0);
  }

  @Test
  void evaluate_layers_gradientsInTheirOrder() {
    TokenMask firstTwo = TokenMask.of(true, true, false, false);
    List<RouterDecision> two = List.of(decision(), decision(firstTwo, 2));
    LossValue total = sum().evaluate(two, 4).total();
    LossValue expected = SwitchLoss.of(2)
        .evaluate(two)
        .plus(SwitchLoss.gshard(0.5).evaluate(two))
        .plus(new ZLoss(0.1).evaluate(two));
    assertEquals(expected.value(), total.value(), 1e-14);
    assertEquals(2, total.gradients().size());
    for (int l = 0; l < 2; l++) {
      assertNear(
          "layer " + l,
          expected.gradients().get(l).probabilities().orElseThrow(),
          total.gradients().get(l).probabilities().orElseThrow(),
          1e-15);
    }
  }

  @Test
  void evaluate_noTerms_zero() {
    CompositeLoss nothing = CompositeLoss.builder().build();
    CompositeLoss.Value value = nothing.evaluate(List.of(decision(), decision()), 5);
    assertEquals(0, value.total().value());
    assertTrue(value.terms().isEmpty());
    assertEquals(2, value.total().gradients().size());
    value.total().gradients().forEach(g -> assertTrue(g.probabilities().isEmpty()));
    assertEquals(List.of(), nothing.names());
  }

  @Test
  void at_step_lossLikeAnyOther() {
    BalanceLoss loss = sum().at(4, "all");
    assertEquals("all", loss.name());
    assertEquals(
        sum().evaluate(LAYER, 4).total().value(), loss.evaluate(decision()).value(), 0);
  }

  @Test
  void add_afterBuild_sumUnchanged() {
    CompositeLoss.Builder builder = CompositeLoss.builder();
    assertSame(builder, builder.add(SwitchLoss.of(1)));
    CompositeLoss sum = builder.build();
    builder.add(new ZLoss(1));
    assertEquals(List.of("switch loss"), sum.names());
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    CompositeLoss.Builder builder = CompositeLoss.builder().add(SwitchLoss.of(1));
    assertRefused(
        "term switch loss must be given once", () -> builder.add(SwitchLoss.perSequence(1)));
    CompositeLoss.Builder named =
        CompositeLoss.builder().add("balance", new ZLoss(1), CoefficientSchedule.constant(1));
    assertRefused(
        "term balance must be given once",
        () -> named.add("balance", SwitchLoss.of(1), CoefficientSchedule.constant(1)));
    assertRefused("step must be at least 0 but was -1", () -> sum().evaluate(LAYER, -1));
    assertRefused("step must be at least 0 but was -3", () -> sum().at(-3, "sum"));
    CompositeLoss nothing = CompositeLoss.builder().build();
    assertRefused("step must be at least 0 but was -1", () -> nothing.evaluate(LAYER, -1));
    assertRefused(
        "a sum of losses needs at least one layer but had none",
        () -> nothing.evaluate(List.of(), 0));
    CompositeLoss broken =
        CompositeLoss.builder().add(SwitchLoss.of(1), step -> 1.0 / step).build();
    assertRefused(
        "coefficient of switch loss must be finite but was Infinity",
        () -> broken.evaluate(LAYER, 0));
  }
}
