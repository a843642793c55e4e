package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.testkit.Decisions;
import io.github.moe4j.core.testkit.RandomArrays;
import io.github.moe4j.core.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link PositionCapacity}, {@link Dropless} and {@link CapacityFormula}. */
@ExtendWith(Seeds.class)
class CapacityTest {
  /** Two choices of each of four tokens among three experts. */
  private static final int[][] CHOICE = {{0, 1}, {0, 2}, {0, 1}, {1, 0}};

  @Test
  void position_batch_firstComeFirstServed() {
    // n       0  1  2  3  4  5  6  7
    // token   0  0  1  1  2  2  3  3
    // expert  0  1  0  2  0  1  1  0     limit = ceil(8/3 · 0.75) = 2
    // place   1  1  2  1  3  2  3  4     in its expert; above 2 is dropped: n = 4, 6, 7
    CapacityResult result =
        PositionCapacity.ofFactor(0.75).apply(decision(4, 4), PassMode.evaluation());
    assertKept(new int[] {0, 1, 2, 3, 5}, 3, result);
  }

  @Test
  void position_perSequence_roomOfItsOwn() {
    // tokens 0 and 1: limit = ceil(4/3 · 0.75) = 1; expert 0 takes n 0, drops n 2
    // tokens 2 and 3: the same room again; n 4, 5 kept, n 6 (expert 1) and 7 (expert 0) dropped
    var rule = new PositionCapacity(CapacityFormula.factor(0.75), true);
    assertKept(new int[] {0, 1, 3, 4, 5}, 3, rule.apply(decision(4, 2), PassMode.evaluation()));
    // one sequence is the batch
    assertKept(new int[] {0, 1, 2, 3, 5}, 3, rule.apply(decision(4, 4), PassMode.evaluation()));
  }

  @Test
  void position_padding_countsForNothing() {
    // without token 1: n 0…5 are (0→0) (0→1) (2→0) (2→1) (3→1) (3→0); limit = ceil(6/3·0.75) = 2
    // expert 0 is asked by n 0, 2, 5; expert 1 by n 1, 3, 4: n 4 and 5 are dropped
    TokenMask mask = TokenMask.of(true, false, true, true);
    RouterDecision decision = Decisions.chosen(new double[12], 3, CHOICE, mask, 4);
    assertKept(
        new int[] {0, 1, 2, 3},
        2,
        PositionCapacity.ofFactor(0.75).apply(decision, PassMode.evaluation()));
  }

  @Test
  void position_noRoom_dropsAll() {
    var rule = new PositionCapacity(CapacityFormula.fixed(0), false);
    assertKept(new int[0], 8, rule.apply(decision(4, 4), PassMode.evaluation()));
  }

  @Test
  void position_noTokens_keepsNothing() {
    for (boolean perSequence : new boolean[] {false, true}) {
      var rule = new PositionCapacity(CapacityFormula.factor(1), perSequence);
      assertKept(new int[0], 0, rule.apply(decision(0, 1), PassMode.training()));
    }
  }

  @Test
  void backward_dropped_zeroGradient() {
    CapacityResult result =
        PositionCapacity.ofFactor(0.75).apply(decision(4, 4), PassMode.training());
    RoutingGradient gradient = result.backward(new double[] {1, 2, 3, 4, 5});
    assertArrayEquals(new double[] {1, 2, 3, 4, 0, 5, 0, 0}, gradient.weights().orElseThrow());
    assertTrue(gradient.logits().isEmpty() && gradient.probabilities().isEmpty());
  }

  @Test
  void any_random_keptAndDroppedAreAll() {
    double[] logits = RandomArrays.normal(Seeds.random(1), 24 * 5);
    TokenMask mask = RandomArrays.mask(Seeds.random(2), 24);
    RouterDecision decision = Decisions.topK(logits, 5, 2, mask, 6);
    int all = decision.assignments().size();
    for (boolean perSequence : new boolean[] {false, true}) {
      for (double factor : new double[] {0.3, 0.9, 1, 1.5, 5}) {
        var rule = new PositionCapacity(CapacityFormula.factor(factor), perSequence);
        CapacityResult result = rule.apply(decision, PassMode.evaluation());
        assertEquals(all, result.kept().size() + result.dropped(), "R + dropped = N");
        int groups = perSequence ? 4 : 1;
        int[] load = new int[groups * 5];
        int[] asked = new int[groups];
        for (int n = 0; n < all; n++) {
          asked[perSequence ? decision.assignments().token(n) / 6 : 0]++;
        }
        for (int n = 0; n < result.kept().size(); n++) {
          load[
              (perSequence ? result.kept().token(n) / 6 : 0) * 5 + result.kept().expert(n)]++;
        }
        for (int i = 0; i < load.length; i++) {
          assertTrue(load[i] <= Math.ceil(asked[i / 5] / 5.0 * factor), "load within the limit");
        }
        assertTrue(factor < 5 || result.dropped() == 0, "room for all in each expert");
      }
    }
  }

  @Test
  void dropless_any_keepsAllAndPassesGradient() {
    RouterDecision decision = decision(4, 4);
    CapacityResult result = new Dropless().apply(decision, PassMode.training());
    assertSame(decision.assignments(), result.kept());
    assertEquals(0, result.dropped());
    double[] d = {1, 2, 3, 4, 5, 6, 7, 8};
    assertArrayEquals(d, result.backward(d).weights().orElseThrow());
  }

  @Test
  void factor_manyValues_meanTimesFactorRoundedUp() {
    assertEquals(
        2, CapacityFormula.factor(1).limit(new CapacityDemand(8, 8, 8, 4, false))); // 8/4 · 1 = 2
    assertEquals(
        3, CapacityFormula.factor(1.25).limit(new CapacityDemand(8, 8, 8, 4, false))); // 2.5 → 3
    assertEquals(
        3, CapacityFormula.factor(1).limit(new CapacityDemand(9, 9, 9, 4, false))); // 2.25 → 3
    assertEquals(1, CapacityFormula.factor(0.01).limit(new CapacityDemand(1, 1, 1, 64, false)));
    assertEquals(0, CapacityFormula.factor(2).limit(new CapacityDemand(0, 0, 0, 4, false)));
    assertEquals(
        8,
        CapacityFormula.factor(4)
            .limit(new CapacityDemand(8, 8, 8, 4, false))); // factor E: room for all
    // 100/10 · 1.1 is 11; 1.1 · 100 would be 110.00000000000001 and so give 12
    assertEquals(
        11, CapacityFormula.factor(1.1).limit(new CapacityDemand(100, 100, 100, 10, false)));
  }

  @Test
  void formula_wrongValues_saysWhatItWas() {
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      var error = assertThrows(IllegalArgumentException.class, () -> CapacityFormula.factor(bad));
      assertEquals("capacity factor must be above 0 and finite but was " + bad, error.getMessage());
    }
    var error = assertThrows(IllegalArgumentException.class, () -> CapacityFormula.fixed(-1));
    assertEquals("capacity must be at least 0 but was -1", error.getMessage());
  }

  private static RouterDecision decision(int tokens, int sequenceLength) {
    return Decisions.chosen(
        new double[tokens * 3], 3, CHOICE, TokenMask.none(tokens), sequenceLength);
  }

  /** The choices lie two by two, so place n is choice n%2 of real token n/2. */
  private static void assertKept(int[] places, int dropped, CapacityResult result) {
    assertEquals(dropped, result.dropped());
    assertEquals(places.length, result.kept().size());
    // the gradient of the kept weights goes back to exactly the kept places
    double[] ones = new double[places.length];
    java.util.Arrays.fill(ones, 1);
    double[] back = result.backward(ones).weights().orElseThrow();
    double[] expected = new double[places.length + dropped];
    List.of(java.util.Arrays.stream(places).boxed().toArray(Integer[]::new))
        .forEach(n -> expected[n] = 1);
    assertArrayEquals(expected, back);
  }
}
