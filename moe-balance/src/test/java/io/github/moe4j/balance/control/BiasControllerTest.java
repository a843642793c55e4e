package io.github.moe4j.balance.control;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.FixedRouter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Hand-worked: three experts. */
class BiasControllerTest {
  private final ExpertBias bias = ExpertBias.of(1, 2, 3);
  private final BiasController controller = new BiasController(bias, SignRule.of(0.5));

  private static RouterDecision chosen(TokenMask mask, int[]... choice) {
    return Decisions.chosen(new double[3 * choice.length], 3, choice, mask, choice.length);
  }

  private static RouterDecision chosen(int[]... choice) {
    return chosen(TokenMask.none(choice.length), choice);
  }

  private static int[] to(int... experts) {
    return experts;
  }

  @Test
  void step_severalPasses_movesOnceByTheirSum() {
    // n = (2, 1, 1) + (0, 2, 0) = (2, 3, 1), mean 2
    controller.observe(chosen(to(0, 1), to(0, 2)));
    controller.observe(chosen(to(1), to(1)));
    assertSameBits("before", new double[] {1, 2, 3}, bias.values());
    assertArrayEquals(new long[] {2, 3, 1}, controller.counts());
    controller.step();
    assertSameBits("after", new double[] {1, 1.5, 3.5}, bias.values());
    assertArrayEquals(new long[3], controller.counts());
  }

  @Test
  void step_secondStep_countsFromZero() {
    controller.observe(chosen(to(0), to(0), to(0)));
    controller.step(); // −, +, +
    controller.observe(chosen(to(1)));
    controller.step(); // +, −, +
    assertSameBits("bias", new double[] {1, 2, 4}, bias.values());
  }

  @Test
  void observe_padding_countsForNothing() {
    controller.observe(chosen(TokenMask.of(true, false, true), to(0), to(0), to(2)));
    assertArrayEquals(new long[] {1, 0, 1}, controller.counts());
  }

  @Test
  void observe_droppedChoices_count() {
    // four tokens want expert 0, which has room for ceil(4/2·0.5) = 1
    MoeLayer layer = MoeLayer.builder(
            FixedRouter.of(Nd4j.ones(DataType.DOUBLE, 2, 3), new int[] {0}),
            FfnExperts.create(ExpertOptions.of(2, 3, 4).withDataType(DataType.DOUBLE), 1))
        .capacity(LimitedCapacity.ofFactor(0.5))
        .build();
    BiasController ofTwo = new BiasController(ExpertBias.zeros(2), SignRule.of(1));
    try (MoePass pass = layer.forward(TokenBatch.evaluation(Nd4j.ones(DataType.DOUBLE, 4, 3)))) {
      assertEquals(3, pass.dropped());
      ofTwo.observe(pass.decision());
    }
    assertArrayEquals(new long[] {4, 0}, ofTwo.counts());
  }

  @Test
  void add_countsOfOtherWorkers_allComeToTheSameBias() {
    ExpertBias otherBias = ExpertBias.of(1, 2, 3);
    BiasController other = new BiasController(otherBias, SignRule.of(0.5));
    controller.observe(chosen(to(0), to(0)));
    other.observe(chosen(to(1), to(1), to(1), to(2)));
    long[] own = controller.counts();
    controller.add(other.counts());
    other.add(own);
    assertArrayEquals(new long[] {2, 3, 1}, controller.counts());
    assertArrayEquals(controller.counts(), other.counts());
    controller.step();
    other.step();
    // alone it would be −, +, + here and +, −, + there
    assertSameBits("bias", new double[] {1, 1.5, 3.5}, bias.values());
    assertSameBits("bias", bias.values(), otherBias.values());
  }

  @Test
  void counts_copy_changesNothing() {
    controller.observe(chosen(to(0)));
    controller.counts()[0] = 99;
    long[] more = {0, 1, 0};
    controller.add(more);
    more[1] = 99;
    assertArrayEquals(new long[] {1, 1, 0}, controller.counts());
  }

  @Test
  void step_schedule_readAtEveryStepObservedOrNot() {
    List<Long> asked = new ArrayList<>();
    CoefficientSchedule rate = step -> {
      asked.add(step);
      return step == 2 ? 8 : 1;
    };
    BiasController scheduled = new BiasController(bias, new SignRule(rate, false));
    scheduled.add(3, 0, 0);
    scheduled.step(); // step 0: −1, +1, +1
    scheduled.step(); // step 1: nothing to read it for
    scheduled.add(0, 3, 0);
    scheduled.step(); // step 2: +8, −8, +8
    assertSameBits("bias", new double[] {8, -5, 12}, bias.values());
    assertEquals(List.of(0L, 2L), asked);
    assertEquals(3, Saved.of(scheduled).get("step")[0]);
  }

  @Test
  void step_ruleOfOneOwn_getsCountsAndStep() {
    BiasController own = new BiasController(bias, (counts, step) -> {
      double[] change = {counts[0], counts[1], step};
      return change;
    });
    own.add(1, 2, 0);
    own.step();
    own.add(1, 0, 0);
    own.step();
    assertSameBits("bias", new double[] {3, 4, 4}, bias.values());
  }

  @Test
  void step_wrongChange_refusedAndNothingChanges() {
    assertStepRefused("change of the bias must have length 3 but has 2", new double[2]);
    assertStepRefused(
        "selection bias must be finite but expert 1 has NaN", new double[] {0, Double.NaN, 0});
  }

  private void assertStepRefused(String message, double[] change) {
    BiasController own = new BiasController(bias, (counts, step) -> {
      counts[0] = 99; // its own copy
      return change;
    });
    own.add(1, 2, 3);
    assertMessage(message, own::step);
    assertSameBits("bias", new double[] {1, 2, 3}, bias.values());
    assertArrayEquals(new long[] {1, 2, 3}, own.counts());
    assertEquals(0, Saved.of(own).get("step")[0]);
  }

  @Test
  void add_wrongCounts_refusedAndNothingChanges() {
    controller.add(1, 1, 1);
    assertMessage(
        "count of expert 1 must be at least 0 but was -4", () -> controller.add(5, -4, 5));
    assertMessage("counts must be of E = 3 but were of 2", () -> controller.add(1, 2));
    assertMessage(
        "counts must be of E = 3 but were of 2",
        () -> controller.observe(Decisions.topK(new double[2], 2, 1, TokenMask.none(1))));
    assertArrayEquals(new long[] {1, 1, 1}, controller.counts());
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
