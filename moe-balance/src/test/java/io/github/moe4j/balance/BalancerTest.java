package io.github.moe4j.balance;

import static io.github.moe4j.balance.FourTokens.assertRefused;
import static io.github.moe4j.balance.FourTokens.decision;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Over {@link FourTokens}, where the switch loss is 294/256 and GShard's 171/128; n = 4, 3, 1. */
class BalancerTest {
  private static final double SWITCH = 294 / 256.0;
  private static final double GSHARD = 171 / 128.0;

  private final ExpertBias first = ExpertBias.zeros(3);
  private final ExpertBias second = ExpertBias.zeros(3);

  /** Switch loss from 0 to 4 in 8 steps, half of GShard's, a tenth of the z-loss. */
  private static Balancer.Builder losses() {
    return Balancer.builder()
        .add(SwitchLoss.of(1), CoefficientSchedule.linearWarmup(4, 8))
        .add("first choices", SwitchLoss.gshard(1), CoefficientSchedule.constant(0.5))
        .add(ZLoss.of(0.1));
  }

  private static Balancer after(int steps, Balancer balancer) {
    for (int i = 0; i < steps; i++) {
      balancer.step();
    }
    return balancer;
  }

  private static BalanceValue value(Balancer balancer, RouterDecision... layers) {
    return balancer.observe(List.of(List.of(layers))).get(0);
  }

  private static BiasController controller(ExpertBias bias) {
    return new BiasController(bias, SignRule.of(0.5));
  }

  @Test
  void observe_step_scheduleReadThere() {
    double z = ZLoss.of(0.1).evaluate(decision()).value();
    // 4 · step/8 times the switch loss
    double[] factor = {0, 0.5, 2, 4, 4};
    int[] step = {0, 1, 4, 8, 80};
    for (int i = 0; i < step.length; i++) {
      BalanceValue value = value(after(step[i], losses().build()), decision());
      assertEquals(factor[i] * SWITCH, value.terms().get("switch loss"), 1e-14);
      assertEquals(0.5 * GSHARD, value.terms().get("first choices"), 1e-14);
      assertEquals(z, value.terms().get("z-loss"), 0);
      assertEquals(factor[i] * SWITCH + 0.5 * GSHARD + z, value.value(), 1e-14);
    }
  }

  @Test
  void observe_terms_byNameInOrder() {
    List<String> order = List.of("switch loss", "first choices", "z-loss");
    assertEquals(order, losses().build().losses());
    BalanceValue value = value(losses().build(), decision());
    assertEquals(order, new ArrayList<>(value.terms().keySet()));
    assertThrows(UnsupportedOperationException.class, () -> value.terms().clear());
  }

  @Test
  void observe_layers_gradientsOfTheSumInTheirOrder() {
    RouterDecision whole = decision();
    RouterDecision half = decision(TokenMask.of(true, true, false, false), 2);
    LossValue total = value(after(4, losses().build()), whole, half).total();
    List<RouterDecision> both = List.of(whole, half);
    LossValue expected = SwitchLoss.of(2)
        .evaluate(both)
        .plus(SwitchLoss.gshard(0.5).evaluate(both))
        .plus(ZLoss.of(0.1).evaluate(both));
    assertEquals(expected.value(), total.value(), 1e-14);
    for (int l = 0; l < 2; l++) {
      assertNear(
          "layer " + l,
          expected.gradients().get(l).probabilities().orElseThrow(),
          total.gradients().get(l).probabilities().orElseThrow(),
          1e-15);
    }
    // dP of every token of layer 0: switch 2 · 3·(4, 3, 1)/8/4, GShard 1/2 · 3·(3, 1, 0)/4/4
    double[] row = {24 / 32.0 + 9 / 32.0, 18 / 32.0 + 3 / 32.0, 6 / 32.0};
    assertEquals(row[1], total.gradients().get(0).probabilities().orElseThrow()[1], 1e-15);
  }

  @Test
  void step_controllerOfEachLayer_seesItsLayerInAllMicroBatches() {
    Balancer balancer = Balancer.builder()
        .controllers(List.of(controller(first), controller(second)))
        .build();
    RouterDecision twoTokens = decision(TokenMask.of(false, false, true, true), 4);
    balancer.observe(List.of(List.of(decision(), twoTokens)));
    balancer.observe(List.of(List.of(decision(), decision())));
    assertArrayEquals(new double[3], first.values());
    balancer.step();
    // layer 0: n = 8, 6, 2; layer 1: n = 2, 2, 0 and 4, 3, 1, so 6, 5, 1; the mean is 16/3 and 4
    assertArrayEquals(new double[] {-.5, -.5, .5}, first.values());
    assertArrayEquals(new double[] {-.5, -.5, .5}, second.values());
    balancer.step();
    assertArrayEquals(new double[] {-.5, -.5, .5}, first.values());
  }

  @Test
  void step_oneControllerOfAllLayers_actsOnce() {
    BiasController shared = controller(first);
    for (Balancer balancer : List.of(
        Balancer.builder().controller(shared).build(),
        Balancer.builder().controllers(List.of(shared, shared)).build())) {
      first.set(new double[3]);
      balancer.observe(List.of(List.of(decision(), decision())));
      assertArrayEquals(new long[] {8, 6, 2}, shared.counts());
      balancer.step();
      assertArrayEquals(new double[] {-.5, -.5, .5}, first.values());
    }
  }

  /** The other worker of two, whose two controllers observed these choices. */
  private static CountReducer otherObserved(double[]... others) {
    Iterator<double[]> inOrder = List.of(others).iterator();
    return new CountReducer() {
      @Override
      public ExpertCounts sum(int layer, ExpertCounts own) {
        return own;
      }

      @Override
      public double[] sum(double[] own) {
        double[] other = inOrder.next();
        return IntStream.range(0, own.length)
            .mapToDouble(e -> own[e] + other[e])
            .toArray();
      }
    };
  }

  @Test
  void step_severalWorkers_controllersActOnWhatAllObserved() {
    Balancer balancer = Balancer.builder()
        .controllers(List.of(controller(first), controller(second)))
        .workers(otherObserved(new double[] {0, 0, 8}, new double[] {0, 8, 0}))
        .build();
    balancer.observe(List.of(List.of(decision(), decision())));
    balancer.step();
    // layer 0: n = 4, 3, 9; layer 1: n = 4, 11, 1; the mean of both is 16/3
    assertArrayEquals(new double[] {.5, .5, -.5}, first.values());
    assertArrayEquals(new double[] {.5, -.5, .5}, second.values());
  }

  @Test
  void step_reducerOfCountsAlone_refusedBeforeAnyControllerActs() {
    CountReducer countsAlone = (layer, own) -> own;
    Balancer balancer =
        Balancer.builder().controller(controller(first)).workers(countsAlone).build();
    balancer.observe(List.of(List.of(decision())));
    Exception error = assertThrows(UnsupportedOperationException.class, balancer::step);
    assertEquals(
        "a balancer with controllers needs a CountReducer that sums what they observed",
        error.getMessage());
    assertArrayEquals(new double[3], first.values());
    assertEquals(0, balancer.steps());
  }

  @Test
  void observe_layerOfOtherExperts_refusedAndNothingCounted() {
    BiasController controller = controller(first);
    Balancer balancer = Balancer.builder().controller(controller).build();
    Assignments two = Assignments.of(1, 2, new int[] {0}, new int[] {1}, new double[] {1});
    RouterDecision other = RouterDecision.of(two, TokenMask.none(1), 1, null, null);
    assertRefused(
        "counts must be of E = 3 but were of 2",
        () -> balancer.observe(List.of(List.of(decision(), other))));
    assertArrayEquals(new long[3], controller.counts());
  }

  @Test
  void observe_sameDecisionTwice_refusedAndNothingCounted() {
    BiasController controller = controller(first);
    Balancer balancer = Balancer.builder().controller(controller).build();
    RouterDecision decision = decision();
    String message = "a decision must be balanced only once in a step but was passed again";
    assertRefused(message, () -> balancer.observe(List.of(List.of(decision), List.of(decision))));
    assertArrayEquals(new long[3], controller.counts());
    balancer.observe(List.of(List.of(decision)));
    assertRefused(message, () -> balancer.observe(List.of(List.of(decision))));
    assertArrayEquals(new long[] {4, 3, 1}, controller.counts());
    balancer.step();
    balancer.observe(List.of(List.of(decision)));
  }

  @Test
  void observe_nothingToDo_zero() {
    Balancer nothing = Balancer.of();
    BalanceValue value = value(nothing, decision(), decision());
    assertEquals(0, value.value());
    assertTrue(value.terms().isEmpty());
    assertEquals(2, value.total().gradients().size());
    value.total().gradients().forEach(g -> assertTrue(g.probabilities().isEmpty()));
    assertEquals(0, value(nothing).value());
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    Balancer.Builder builder = Balancer.builder().add(SwitchLoss.of(1));
    assertRefused(
        "loss switch loss must be given once", () -> builder.add(SwitchLoss.perSequence(1)));
    assertRefused(
        "controllers must be at least one but there were none",
        () -> builder.controllers(List.of()));
    Balancer balancer = builder.build();
    assertRefused("balancing needs at least one layer but had none", () -> value(balancer));
    assertRefused(
        "balancing needs at least one micro-batch but had none", () -> balancer.observe(List.of()));
    assertRefused(
        "micro-batches must have the same number of layers: 1 != 2",
        () -> balancer.observe(List.of(List.of(decision()), List.of(decision(), decision()))));
    assertRefused(
        "a loss that counts must be one of [] but was switch loss",
        () -> balancer.counted("switch loss"));
    Balancer controlled = Balancer.builder()
        .controllers(List.of(controller(first), controller(second)))
        .build();
    assertRefused(
        "there must be one controller for all layers or one per layer: 2 != 3",
        () -> value(controlled, decision(), decision(), decision()));
    Balancer infinite =
        Balancer.builder().add(SwitchLoss.of(1), step -> 1.0 / step).build();
    assertRefused(
        "coefficient of switch loss must be finite and at least 0 but was Infinity",
        () -> value(infinite, decision()));
  }

  @Test
  void add_afterBuild_balancerUnchanged() {
    Balancer.Builder builder = Balancer.builder().add(SwitchLoss.of(1));
    Balancer balancer = builder.build();
    builder.add(ZLoss.of(1)).controller(controller(first));
    assertEquals(List.of("switch loss"), balancer.losses());
    value(balancer, decision());
    balancer.step();
    assertArrayEquals(new double[3], first.values());
  }

  private Balancer stateful(ExpertBias bias) {
    return losses().controller(controller(bias)).build();
  }

  private static Checkpoint saved(Balancer balancer) {
    Checkpoint.Builder all = Checkpoint.builder();
    balancer.addTo(all, "balance");
    return all.build();
  }

  @Test
  void restore_inTheMiddleOfAStep_goesOnToTheSameBits() {
    Balancer uninterrupted = after(2, stateful(first));
    value(uninterrupted, decision());
    Balancer resumed = stateful(second);
    resumed.restore(saved(uninterrupted), "balance");
    assertEquals(2, resumed.steps());
    for (int step = 0; step < 2; step++) {
      BalanceValue expected = value(uninterrupted, decision());
      assertEquals(expected.value(), value(resumed, decision()).value());
      uninterrupted.step();
      resumed.step();
      assertSameBits("bias", first.values(), second.values());
    }
  }

  @Test
  void addTo_controllersAndCounts_numberedInTheirOrder() {
    Balancer balancer = Balancer.builder()
        .add(GlobalBatchLoss.of(1))
        .add("first choices", new GlobalBatchLoss(SwitchLoss.gshard(1)), step -> 1)
        .controllers(List.of(controller(first), controller(second)))
        .build();
    value(balancer, decision(), decision());
    Checkpoint saved = saved(balancer);
    for (String name : List.of(
        "balance.controller.0.bias",
        "balance.controller.1.bias",
        "balance.counts.0.0.perExpert",
        "balance.counts.1.0.perExpert")) {
      assertTrue(saved.names().contains(name), saved.names()::toString);
    }
    // all choices and first ones
    assertArrayEquals(
        new long[] {4, 3, 1}, balancer.counted("global-batch loss").get(0).perExpert());
    assertArrayEquals(
        new long[] {3, 1, 0}, balancer.counted("first choices").get(0).perExpert());
  }

  @Test
  void restore_beforeADecision_mayBeBalancedAgain() {
    Balancer balancer = stateful(first);
    Checkpoint before = saved(balancer);
    RouterDecision decision = decision();
    BalanceValue once = value(balancer, decision);
    balancer.restore(before, "balance");
    assertEquals(once.value(), value(balancer, decision).value());
  }

  @Test
  void restore_wrongNumbers_refused() {
    Balancer balancer = Balancer.of(GlobalBatchLoss.of(1));
    assertRefused(
        "step must be at least 0 but was -1", () -> balancer.restore(counted(-1, 2), "balance"));
    assertRefused(
        "balance.counts.0.0.choices must have length 1 but has 2",
        () -> balancer.restore(counted(3, 2, 2), "balance"));
    assertEquals(0, balancer.steps());
    assertEquals(List.of(), balancer.counted("global-batch loss"));
  }

  /** The state of a balancer that has counted one layer. */
  private static Checkpoint counted(long step, double... choices) {
    return Checkpoint.builder()
        .longs("balance.step", step)
        .longs("balance.counts.0.layers", 1)
        .longs("balance.counts.0.0.perExpert", 4, 3, 1)
        .longs("balance.counts.0.0.tokens", 4)
        .doubles("balance.counts.0.0.choices", choices)
        .build();
  }

  @Test
  void restore_ofOthers_refusedAndNothingChanged() {
    Balancer balancer = after(2, stateful(first));
    Checkpoint withoutController = saved(after(5, losses().build()));
    assertThrows(
        IllegalArgumentException.class, () -> balancer.restore(withoutController, "balance"));
    assertEquals(2, balancer.steps());
    Checkpoint none = Checkpoint.builder().build();
    assertThrows(IllegalArgumentException.class, () -> balancer.restore(none, "balance"));
    assertFalse(saved(balancer).names().isEmpty());
  }
}
