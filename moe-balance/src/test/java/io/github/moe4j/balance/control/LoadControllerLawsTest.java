package io.github.moe4j.balance.control;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every {@link LoadController} keeps: four experts, two choices per token. */
@ExtendWith(Seeds.class)
@ParameterizedClass
@EnumSource
class LoadControllerLawsTest {
  private static final int EXPERTS = 4;
  private static final int K = 2;

  /** Calls of each thread, in eights: enough that threads that do not take turns lose some. */
  private static final int ROUNDS = 20_000;

  @Parameter
  Kind kind;

  /** The controllers under test. */
  enum Kind {
    SIGN,
    CENTRED,
    PROPORTIONAL,
    QUANTILE,
    QUANTILE_OF_SIGMOIDS,
    QUANTILE_KEEPING,
    SPARSITY;

    /** Whether it only counts, so that the order of calls makes no difference to any bit. */
    boolean counts() {
      return this != QUANTILE && this != QUANTILE_OF_SIGMOIDS && this != QUANTILE_KEEPING;
    }

    LoadController over(ExpertBias bias) {
      int k = Math.min(K, bias.experts());
      CoefficientSchedule rate = CoefficientSchedule.cosine(0.3, 0.01, 5);
      return switch (this) {
        case SIGN -> new BiasController(bias, new SignRule(rate, false));
        case CENTRED -> new BiasController(bias, new SignRule(rate, true));
        case PROPORTIONAL -> new BiasController(bias, new ProportionalRule(rate));
        case QUANTILE -> QuantileController.ofLogits(bias, k);
        case QUANTILE_OF_SIGMOIDS -> QuantileController.ofSigmoids(bias, k);
        case QUANTILE_KEEPING -> QuantileController.ofLogits(bias, k).keeping(0.6);
        case SPARSITY -> SparsityController.of(bias.experts(), k);
      };
    }
  }

  private final ExpertBias bias = ExpertBias.of(0.1, -0.2, 0.3, 0);

  /** Passes of different length with scores that prefer expert 0. */
  private static RouterDecision pass(int salt) {
    int tokens = 5 + salt % 4;
    double[] logits = logits(salt, tokens);
    return Decisions.topK(logits, EXPERTS, K, TokenMask.none(tokens));
  }

  private static double[] logits(int salt, int tokens) {
    double[] logits = RandomArrays.normal(Seeds.random(salt), tokens * EXPERTS);
    for (int t = 0; t < tokens; t++) {
      logits[t * EXPERTS] += 2;
    }
    return logits;
  }

  private static List<RouterDecision> passes(int count) {
    List<RouterDecision> passes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      passes.add(pass(i));
    }
    return passes;
  }

  private static void assertSame(Saved expected, Saved actual) {
    assertEquals(List.copyOf(expected.names()), List.copyOf(actual.names()));
    for (String name : expected.names()) {
      assertSameBits(name, expected.get(name), actual.get(name));
    }
  }

  /** What a step changes: the bias, or the coefficient. */
  private static double[] steered(Saved state) {
    return state.get(state.names().contains("bias") ? "bias" : "coefficient");
  }

  @Test
  void step_unevenLoad_acts() {
    LoadController controller = kind.over(bias);
    double[] before = steered(Saved.of(controller));
    passes(3).forEach(controller::observe);
    assertSameBits("before the step", before, steered(Saved.of(controller)));
    controller.step();
    double[] after = steered(Saved.of(controller));
    if (kind == Kind.SPARSITY) {
      // at the aim of 2 of 4 experts per token: it shrinks
      assertEquals(before[0] / 1.2, after[0]);
    } else {
      assertTrue(after[0] < before[0], "the most used expert must fall");
      assertSameBits("what the router reads", after, bias.values());
    }
  }

  @Test
  void step_nothingObserved_changesOnlyTheStepCount() {
    LoadController controller = kind.over(bias);
    passes(3).forEach(controller::observe);
    controller.step();
    Saved before = Saved.of(controller);
    controller.step();
    Saved after = Saved.of(controller);
    for (String name : before.names()) {
      double[] expected = before.get(name);
      if (name.equals("step")) {
        expected[0]++;
      }
      assertSameBits(name, expected, after.get(name));
    }
  }

  @Test
  void observe_nothingButPaddingOrNoTokens_changesNothing() {
    LoadController controller = kind.over(bias);
    controller.observe(pass(1));
    Saved before = Saved.of(controller);
    double[] nan = new double[6 * EXPERTS];
    Arrays.fill(nan, Double.NaN);
    controller.observe(Decisions.topK(nan, EXPERTS, K, TokenMask.of(new boolean[6])));
    controller.observe(Decisions.topK(new double[0], EXPERTS, K, TokenMask.none(0)));
    assertSame(before, Saved.of(controller));
  }

  @Test
  void observe_paddingBetweenTokens_countsForNothing() {
    double[] logits = logits(1, 3);
    double[] padded = new double[5 * EXPERTS];
    Arrays.fill(padded, Double.NaN);
    for (int t = 0; t < 3; t++) {
      System.arraycopy(logits, t * EXPERTS, padded, 2 * t * EXPERTS, EXPERTS);
    }
    TokenMask mask = TokenMask.of(true, false, true, false, true);
    LoadController plain = kind.over(bias);
    LoadController masked = kind.over(bias);
    plain.observe(Decisions.topK(logits, EXPERTS, K, TokenMask.none(3)));
    masked.observe(Decisions.topK(padded, EXPERTS, K, mask));
    assertSame(Saved.of(plain), Saved.of(masked));
  }

  @Test
  void observe_otherOrder_comesToTheSame() {
    List<RouterDecision> passes = passes(6);
    LoadController forth = kind.over(ExpertBias.zeros(EXPERTS));
    passes.forEach(forth::observe);
    Collections.reverse(passes);
    LoadController back = kind.over(ExpertBias.zeros(EXPERTS));
    passes.forEach(back::observe);
    assertAgree(forth, back, 1e-13);
    forth.step();
    back.step();
    assertAgree(forth, back, 1e-13);
  }

  private void assertAgree(LoadController expected, LoadController actual, double tolerance) {
    if (kind.counts()) {
      assertSame(Saved.of(expected), Saved.of(actual));
    } else {
      for (String name : Saved.of(expected).names()) {
        assertNear(name, Saved.of(expected).get(name), Saved.of(actual).get(name), tolerance);
      }
    }
  }

  @Test
  void observe_fromFourThreads_comesToTheSame() throws Exception {
    List<RouterDecision> passes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      passes.add(Decisions.topK(logits(i, 1), EXPERTS, K, TokenMask.none(1)));
    }
    LoadController alone = kind.over(ExpertBias.zeros(EXPERTS));
    LoadController shared = kind.over(ExpertBias.zeros(EXPERTS));
    for (int i = 0; i < 4 * ROUNDS; i++) {
      passes.forEach(alone::observe);
    }
    CyclicBarrier start = new CyclicBarrier(4);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        running.add(threads.submit(() -> {
          start.await();
          for (int i = 0; i < ROUNDS; i++) {
            passes.forEach(shared::observe);
          }
          return true;
        }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertAgree(alone, shared, 1e-10); // sums of 640,000 prices
    alone.step();
    shared.step();
    assertAgree(alone, shared, 1e-10);
  }

  @Test
  void restore_atAnyPoint_goesOnToTheSameBits() {
    List<RouterDecision> passes = passes(12);
    Saved uninterrupted = run(kind.over(ExpertBias.of(bias.values())), passes, 0);
    for (int stop = 0; stop <= 12; stop++) {
      LoadController first = kind.over(ExpertBias.of(bias.values()));
      run(first, passes.subList(0, stop), 0);
      LoadController second = kind.over(ExpertBias.zeros(EXPERTS));
      second.observe(pass(99)); // to be forgotten
      Saved.of(first).into(second);
      assertSame(Saved.of(first), Saved.of(second));
      assertSame(uninterrupted, run(second, passes.subList(stop, 12), stop));
    }
  }

  /** A step after every third pass, so that most points are in the middle of one. */
  private static Saved run(LoadController controller, List<RouterDecision> passes, int done) {
    for (int i = 0; i < passes.size(); i++) {
      controller.observe(passes.get(i));
      if ((done + i) % 3 == 2) {
        controller.step();
      }
    }
    return Saved.of(controller);
  }

  @Test
  void restore_bias_reachesTheRouter() {
    if (kind != Kind.SPARSITY) {
      Saved saved = Saved.of(kind.over(ExpertBias.of(4, 3, 2, 1)));
      saved.into(kind.over(bias));
      assertSameBits("bias", new double[] {4, 3, 2, 1}, bias.values());
    }
  }

  @Test
  void restore_missingValue_refusedAndNothingChanges() {
    Saved good = Saved.of(observed());
    for (String name : good.names()) {
      assertRefused(good.without(name), "saved." + name + " is not in the checkpoint, which has ");
    }
  }

  @Test
  void restore_wrongLengthOrNotANumber_refusedAndNothingChanges() {
    Saved good = Saved.of(observed());
    for (String name : good.names()) {
      int length = good.get(name).length;
      Saved longer = Saved.isCount(name)
          ? good.with(name, new long[length + 1])
          : good.with(name, new double[length + 1]);
      String message = "saved.%s must have length %d but has %d";
      assertRefused(longer, message.formatted(name, length, length + 1));
      double[] nan = good.get(name);
      nan[length - 1] = Double.NaN;
      assertRefused(
          good.with(name, nan),
          "saved." + name
              + (Saved.isCount(name)
                  ? " must be long[] but was double[]"
                  : " must be finite but was NaN"));
    }
  }

  @Test
  void restore_countsNegative_refusedAndNothingChanges() {
    Saved good = Saved.of(observed());
    int counts = 0;
    for (String name : good.names()) {
      if (Saved.isCount(name)) {
        counts++;
        long[] wrong = new long[good.get(name).length];
        wrong[wrong.length - 1] = -1;
        assertRefused(good.with(name, wrong), "saved." + name + " must be at least 0 but has -1");
      }
    }
    assertNotEquals(0, counts);
  }

  @Test
  void restore_ofAnotherKindOrSize_refusedAndNothingChanges() {
    boolean sparsity = kind == Kind.SPARSITY;
    assertRefused(
        Saved.empty(),
        (sparsity ? "saved.experts" : "saved.bias")
            + " is not in the checkpoint, which has 0 entries");
    assertRefused(
        Saved.of(kind.over(ExpertBias.zeros(3))),
        sparsity ? "saved.experts must be 4 but was 3" : "saved.bias must have length 4 but has 3");
  }

  private LoadController observed() {
    LoadController controller = kind.over(ExpertBias.of(bias.values()));
    controller.observe(pass(1));
    return controller;
  }

  private void assertRefused(Saved state, String message) {
    // in another state than the one refused, so that nothing of it can be taken over unseen
    LoadController controller = kind.over(ExpertBias.of(9, 8, 7, 6));
    controller.observe(pass(2));
    controller.step();
    controller.observe(pass(3));
    Saved before = Saved.of(controller);
    Exception e = assertThrows(IllegalArgumentException.class, () -> state.into(controller));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
    assertSame(before, Saved.of(controller));
  }

  @Test
  void observe_otherNumberOfExperts_refusedAndNothingChanges() {
    LoadController controller = observed();
    Saved before = Saved.of(controller);
    RouterDecision five = Decisions.topK(new double[5], 5, K, TokenMask.none(1));
    Exception e = assertThrows(IllegalArgumentException.class, () -> controller.observe(five));
    assertTrue(e.getMessage().matches(".* must be of E = 4 but w(as|ere) of 5"), e.getMessage());
    assertSame(before, Saved.of(controller));
  }

  @Test
  void state_arrays_areCopies() {
    LoadController controller = observed();
    Saved before = Saved.of(controller);
    controller.observe(pass(2));
    controller.step();
    assertSame(Saved.of(observed()), before);
  }

  @Test
  void step_oneExpert_biasStaysZero() {
    ExpertBias one = ExpertBias.zeros(1);
    LoadController controller = kind.over(one);
    controller.observe(Decisions.topK(new double[] {3, -1}, 1, 1, TokenMask.none(2)));
    controller.step();
    assertAllZero("bias", one.values());
  }
}
