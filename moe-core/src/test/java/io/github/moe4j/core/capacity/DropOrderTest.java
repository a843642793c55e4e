package io.github.moe4j.core.capacity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import java.util.Arrays;
import java.util.Iterator;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/**
 * All orders on one decision about four tokens and three experts, two choices each:
 *
 * <pre>
 * n       0   1   2   3   4   5   6   7
 * token   0   0   1   1   2   2   3   3
 * expert  0   1   0   2   0   1   1   0
 * p      .5  .3  .6  .3  .5  .4  .7  .2
 * weight .4  .6  .7  .3  .1  .9  .6  .4
 * </pre>
 */
class DropOrderTest {
  private static final double[] P = {.5, .3, .2, .6, .1, .3, .5, .4, .1, .2, .7, .1};
  private static final int[] TOKEN = {0, 0, 1, 1, 2, 2, 3, 3};
  private static final int[] EXPERT = {0, 1, 0, 2, 0, 1, 1, 0};
  private static final double[] WEIGHT = {.4, .6, .7, .3, .1, .9, .6, .4};

  private static RouterDecision decision() {
    TokenMask mask = TokenMask.none(4);
    return RouterDecision.of(
        Assignments.of(4, 3, TOKEN, EXPERT, WEIGHT), mask, 4, null, Probabilities.of(P, 3, mask));
  }

  private static void assertOrder(DropOrder order, int[] served, int... kept) {
    assertArrayEquals(served, order.order(decision(), PassMode.evaluation()));
    assertKept(order, PassMode.evaluation(), kept);
  }

  /** With room for two in each expert. */
  private static void assertKept(DropOrder order, PassMode mode, int... kept) {
    CapacityPass result =
        new LimitedCapacity(CapacityFormula.fixed(2), false, order).apply(decision(), mode);
    double[] ones = new double[kept.length];
    Arrays.fill(ones, 1);
    double[] expected = new double[8];
    for (int r = 0; r < kept.length; r++) {
      expected[kept[r]] = 1;
      // in the decision's own order, whoever was served first
      assertEquals(TOKEN[kept[r]], result.kept().token(r));
      assertEquals(EXPERT[kept[r]], result.kept().expert(r));
      assertEquals(WEIGHT[kept[r]], result.kept().weight(r));
    }
    assertEquals(kept.length, result.kept().size());
    assertEquals(8 - kept.length, result.dropped());
    assertArrayEquals(expected, result.backward(ones).weights().orElseThrow());
  }

  @Test
  void toString_isTheNameInConfigurations() {
    assertEquals("token-major", DropOrder.tokenMajor().toString());
    assertEquals("by-weight", DropOrder.byWeight().toString());
  }

  @Test
  void tokenMajor_handWorked() {
    // expert 0 is asked by n 0, 2, then 4, 7; expert 1 by n 1, 5, then 6; expert 2 by n 3
    assertOrder(DropOrder.tokenMajor(), new int[] {0, 1, 2, 3, 4, 5, 6, 7}, 0, 1, 2, 3, 5);
  }

  @Test
  void choiceMajor_handWorked() {
    // expert 0: n 0, 2, then 4, 7; expert 1: n 6 (a first choice), 1, then 5
    assertOrder(DropOrder.choiceMajor(), new int[] {0, 2, 4, 6, 1, 3, 5, 7}, 0, 1, 2, 3, 6);
  }

  @Test
  void byWeight_handWorked() {
    // .9 .7 .6 .6 .4 .4 .3 .1; expert 0: n 2, 0, then 7, 4; expert 1: n 5, 1, then 6
    assertOrder(DropOrder.byWeight(), new int[] {5, 2, 1, 6, 0, 7, 3, 4}, 0, 1, 2, 3, 5);
  }

  @Test
  void byProbability_handWorked() {
    // .7 .6 .5 .5 .4 .3 .3 .2; expert 0: n 2, 0, then 4, 7; expert 1: n 6, 5, then 1
    assertOrder(DropOrder.byProbability(), new int[] {6, 2, 0, 4, 5, 1, 3, 7}, 0, 2, 3, 5, 6);
  }

  @Test
  void batchPrioritized_handWorked() {
    // largest p of tokens 0 … 3: .5 .6 .5 .7, so tokens 3, 1, 0, 2; first choices before second
    assertOrder(DropOrder.batchPrioritized(), new int[] {6, 2, 0, 4, 7, 3, 1, 5}, 0, 1, 2, 3, 6);
  }

  @Test
  void random_training_replaysDrawsInAssignmentOrder() {
    // .9 .8 .8 .5 .4 .3 .2 .1; expert 0: n 4, 7, then 0, 2; expert 1: n 1, 6, then 5
    RandomGenerator recorded = replay(.3, .8, .1, .9, .5, .2, .8, .4);
    assertArrayEquals(
        new int[] {3, 1, 6, 4, 7, 0, 5, 2},
        DropOrder.random().order(decision(), PassMode.training(recorded)));
    PassMode again = PassMode.training(replay(.3, .8, .1, .9, .5, .2, .8, .4));
    assertKept(DropOrder.random(), again, 1, 3, 4, 6, 7);
  }

  @Test
  void random_evaluation_isTokenMajorWithoutDraws() {
    assertOrder(DropOrder.random(), new int[] {0, 1, 2, 3, 4, 5, 6, 7}, 0, 1, 2, 3, 5);
  }

  @Test
  void random_trainingWithoutGenerator_namesItself() {
    var error = assertThrows(
        IllegalArgumentException.class,
        () -> DropOrder.random().order(decision(), PassMode.training()));
    assertTrue(error.getMessage().startsWith("drop order random draws"), error.getMessage());
  }

  @Test
  void orders_ofExpertMajorDecision_sortByToken() {
    // n 0: 2→0, n 1: 0→0, n 2: 0→1, n 3: 2→1, n 4: 1→1, as a router that lets experts choose gives
    Assignments all = Assignments.of(
        3, 2, new int[] {2, 0, 0, 2, 1}, new int[] {0, 0, 1, 1, 1}, new double[] {1, 1, 1, 1, 1});
    RouterDecision decision = RouterDecision.of(all, TokenMask.none(3), 3, null, null);
    PassMode mode = PassMode.evaluation();
    assertArrayEquals(new int[] {1, 2, 4, 0, 3}, DropOrder.tokenMajor().order(decision, mode));
    assertArrayEquals(new int[] {1, 4, 0, 2, 3}, DropOrder.choiceMajor().order(decision, mode));
  }

  @Test
  void orders_routerWithoutProbabilities_nameThemselves() {
    RouterDecision bare = RouterDecision.of(
        Assignments.of(4, 3, TOKEN, EXPERT, WEIGHT), TokenMask.none(4), 4, null, null);
    assertRefused(
        "drop order byProbability needs router probabilities but the router has none",
        DropOrder.byProbability(),
        bare);
    assertRefused(
        "drop order batchPrioritized needs router probabilities but the router has none",
        DropOrder.batchPrioritized(),
        bare);
  }

  @Test
  void ownOrder_notAPermutation_isRefused() {
    assertRefused(
        "a drop order must have all 8 assignments but had 2",
        (decision, mode) -> new int[] {0, 1},
        decision());
    assertRefused(
        "a drop order must be a permutation of [0, 8) but has 8",
        (decision, mode) -> new int[] {0, 1, 2, 3, 4, 5, 6, 8},
        decision());
    assertRefused(
        "a drop order must be a permutation of [0, 8) but has 3",
        (decision, mode) -> new int[] {0, 1, 2, 3, 3, 5, 6, 7},
        decision());
  }

  private static void assertRefused(String message, DropOrder order, RouterDecision decision) {
    LimitedCapacity rule = new LimitedCapacity(CapacityFormula.fixed(2), false, order);
    var error = assertThrows(
        IllegalArgumentException.class, () -> rule.apply(decision, PassMode.evaluation()));
    assertEquals(message, error.getMessage());
  }

  private static RandomGenerator replay(double... uniforms) {
    Iterator<Double> next = DoubleStream.of(uniforms).iterator();
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new AssertionError("only nextDouble is drawn");
      }

      @Override
      public double nextDouble() {
        return next.next();
      }
    };
  }
}
