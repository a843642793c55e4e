package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.backward;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class SinkhornTest {
  // Both tokens prefer expert 0, the first one more.
  private static final Logits TWO = ratios(2, 4, 1, 2, 1);

  private static double[] plan(Sinkhorn rule, Logits logits) {
    return rule.transport(logits, TokenMask.none(logits.tokens()));
  }

  @Test
  void transport_oneIteration_handWorked() {
    // d0 = 1/(2·5), 1/(2·3)          epsilon is not seen in 7 digits
    // d1 = 1/(2·(4/10 + 2/6)) = 15/22, 1/(2·(1/10 + 1/6)) = 15/8
    // plan: 4·15/220, 15/80 | 2·15/132, 15/48
    double[] expected = {3 / 11.0, 3 / 16.0, 5 / 22.0, 5 / 16.0};
    assertNear("plan", expected, plan(new Sinkhorn(1, 0, 1), TWO), 1e-7);
  }

  /**
   * Megatron-LM's loop over small exponentials [4·3], in which epsilon is seen.
   *
   * @param changes set to the mean change of d1 in each iteration [iterations]
   */
  private static double[] naivePlan(double[] costs, double[] changes) {
    double[] d0 = new double[4];
    double[] d1 = {1, 1, 1};
    for (int i = 0; i < changes.length; i++) {
      for (int t = 0; t < 4; t++) {
        double sum = 0;
        for (int e = 0; e < 3; e++) {
          sum += d1[e] * costs[3 * t + e];
        }
        d0[t] = 1.0 / 4 / (sum + 1e-8);
      }
      double change = 0;
      for (int e = 0; e < 3; e++) {
        double sum = 0;
        for (int t = 0; t < 4; t++) {
          sum += d0[t] * costs[3 * t + e];
        }
        double old = d1[e];
        d1[e] = 1.0 / 3 / (sum + 1e-8);
        change += Math.abs(old - d1[e]);
      }
      changes[i] = change / 3;
    }
    double[] plan = new double[12];
    Arrays.setAll(plan, i -> d0[i / 3] * costs[i] * d1[i % 3]);
    return plan;
  }

  @Test
  void transport_smallExponentials_iterationsOfTheNaiveLoop() {
    double[] values = RandomArrays.normal(Seeds.random(3), 12);
    Arrays.setAll(values, i -> values[i] - 17);
    Logits logits = HandWorked.logits(3, values);
    double[] costs = Arrays.stream(values).map(Exp::exp).toArray();
    for (int iterations = 1; iterations <= 4; iterations++) {
      double[] changes = new double[iterations];
      double[] expected = naivePlan(costs, changes);
      assertNear("limit", expected, plan(new Sinkhorn(1, 0, iterations), logits), 1e-13);
      // a change that is the tolerance is the last
      double tolerance = changes[iterations - 1];
      assertNear("tolerance", expected, plan(new Sinkhorn(1, tolerance, 100), logits), 1e-13);
    }
  }

  @Test
  void transport_converged_evenSharesAndSameCrossRatio() {
    // (x, 1/2 − x | 1/2 − x, x) with x²/(1/2 − x)² = 4·1/(1·2): x = √2/(2·(1 + √2))
    double x = Math.sqrt(2) / (2 * (1 + Math.sqrt(2)));
    assertNear(
        "plan",
        new double[] {x, 0.5 - x, 0.5 - x, x},
        plan(new Sinkhorn(1, 1e-9, 1000), TWO),
        1e-7);
  }

  @Test
  void transport_randomLogits_rowsAndColumnsShareEvenly() {
    Logits logits = HandWorked.logits(5, RandomArrays.normal(Seeds.random(1), 200));
    double[] plan = plan(new Sinkhorn(1, 1e-10, 1000), logits);
    for (int t = 0; t < 40; t++) {
      double sum = Arrays.stream(plan, 5 * t, 5 * t + 5).sum();
      assertEquals(1 / 40.0, sum, 1e-7, "token " + t);
    }
    for (int e = 0; e < 5; e++) {
      double sum = 0;
      for (int t = 0; t < 40; t++) {
        sum += plan[5 * t + e];
      }
      assertEquals(1 / 5.0, sum, 1e-7, "expert " + e);
    }
  }

  @Test
  void transport_padding_zeroAndNeverRead() {
    double[] values = {9, 9, Math.log(4), 0, Double.NaN, 1e300, Math.log(2), 0};
    TokenMask mask = TokenMask.of(false, true, false, true);
    double[] plan = Sinkhorn.of(1).transport(Logits.of(values, 2, mask), mask);
    double[] alone = plan(Sinkhorn.of(1), TWO);
    double[] expected = {0, 0, alone[0], alone[1], 0, 0, alone[2], alone[3]};
    assertNear("plan", expected, plan, 0);
    TokenMask none = TokenMask.of(false, false, false, false);
    assertNear(
        "none", new double[8], Sinkhorn.of(1).transport(Logits.of(values, 2, none), none), 0);
  }

  @Test
  void transport_hugeLogits_finiteAndStillBalanced() {
    // exp(1000) is infinite; after the shift as above, with e^600 of everything
    double[] values = {1000 + Math.log(4), 1000, 1000 + Math.log(2), 1000};
    double[] plan = plan(new Sinkhorn(1, 1e-9, 1000), HandWorked.logits(2, values));
    assertTrue(plan[0] > plan[1] && plan[3] > plan[2], Arrays.toString(plan));
    assertEquals(1, Arrays.stream(plan).sum(), 1e-6);
  }

  @Test
  void apply_training_choosesByPlanWeighsBySigmoid() {
    // sigmoid(ln 4) = 4/5; token 1 is moved to expert 1: sigmoid(ln 1) = 1/2
    RulePass result = Sinkhorn.of(1).apply(TWO, input(2).withMode(PassMode.training()));
    assertMade(new int[] {0, 1}, new int[] {0, 1}, new double[] {0.8, 0.5}, result);
    // 25·4/5·1/5 = 4 and 8·1/2·1/2 = 2
    assertNear("dLogits", new double[] {4, 0, 0, 2}, backward(result, 4, 25, 8), 1e-13);
  }

  @Test
  void apply_exponentialsVanish_ownOrder() {
    // beside e^700 all of token 1 is 0 in the plan; its better expert is the last all the same
    Logits logits = HandWorked.logits(3, 700, 0, 0, -700, -720, -690, 1, 2, 3);
    RulePass result = Sinkhorn.of(1).apply(logits, input(3).withMode(PassMode.training()));
    assertEquals(2, result.assignments().expert(1));
    assertEquals(2, result.assignments().expert(2));
  }

  @Test
  void apply_evaluation_largestLogits() {
    // sigmoid(ln 2) = 2/3
    RulePass result = Sinkhorn.of(1).apply(TWO, input(2));
    assertMade(new int[] {0, 1}, new int[] {0, 0}, new double[] {0.8, 2 / 3.0}, result);
  }

  @Test
  void apply_twoChoices_softmaxOverAllExperts() {
    // in order of the plan; softmax 4/5, 1/5 and 2/3, 1/3
    RulePass result = Sinkhorn.of(2).apply(TWO, input(2).withMode(PassMode.training()));
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {0, 1, 1, 0},
        new double[] {0.8, 0.2, 1 / 3.0, 2 / 3.0},
        result);
  }

  @Test
  void apply_skewedLogits_spreadsMoreThanTopK() {
    double[] values = RandomArrays.normal(Seeds.random(2), 64 * 4);
    for (int t = 0; t < 64; t++) {
      values[4 * t] += 3;
    }
    Logits logits = HandWorked.logits(4, values);
    Sinkhorn rule = Sinkhorn.of(1);
    Assignments greedy = rule.apply(logits, input(64)).assignments();
    Assignments balanced =
        rule.apply(logits, input(64).withMode(PassMode.training())).assignments();
    int most = Arrays.stream(balanced.countPerExpert()).max().orElseThrow();
    assertTrue(greedy.countPerExpert()[0] > 48, Arrays.toString(greedy.countPerExpert()));
    assertTrue(most < 26, Arrays.toString(balanced.countPerExpert()));
  }

  @Test
  void any_wrongOptions_messageNamesRuleAndValue() {
    assertEquals(new Sinkhorn(2, 1e-4, 1000), Sinkhorn.of(2));
    assertRefused("k must be at least 1 but was 0", () -> Sinkhorn.of(0));
    assertRefused("tolerance must be at least 0 but was -1.0", () -> new Sinkhorn(1, -1, 5));
    assertRefused("maxIterations must be at least 1 but was 0", () -> new Sinkhorn(1, 0, 0));
    assertRefused("k must be at most E = 2 but was 3", () -> Sinkhorn.of(3).requireFits(2));
    assertRefused(
        "k must be at most E = 2 but was 3",
        () -> Sinkhorn.of(3).apply(TWO, input(2).withMode(PassMode.training())));
    Sinkhorn.of(2).requireFits(2);
  }
}
