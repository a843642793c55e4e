package io.github.moe4j.core.capacity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link LimitedCapacity}, first come first served, and {@link Dropless}. */
class CapacityTest {
  /** Two choices of each of four tokens among three experts. */
  private static final int[][] CHOICE = {{0, 1}, {0, 2}, {0, 1}, {1, 0}};

  @Test
  void position_batch_firstComeFirstServed() {
    // n       0  1  2  3  4  5  6  7
    // token   0  0  1  1  2  2  3  3
    // expert  0  1  0  2  0  1  1  0     limit = ceil(8/3 · 0.75) = 2
    // place   1  1  2  1  3  2  3  4     in its expert; above 2 is dropped: n = 4, 6, 7
    CapacityPass result =
        LimitedCapacity.ofFactor(0.75).apply(decision(4, 4), PassMode.evaluation());
    assertKept(new int[] {0, 1, 2, 3, 5}, 3, result);
  }

  @Test
  void position_perSequence_roomOfItsOwn() {
    // tokens 0 and 1: limit = ceil(4/3 · 0.75) = 1; expert 0 takes n 0, drops n 2
    // tokens 2 and 3: the same room again; n 4, 5 kept, n 6 (expert 1) and 7 (expert 0) dropped
    var rule = new LimitedCapacity(CapacityFormula.factor(0.75), true, DropOrder.tokenMajor());
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
        LimitedCapacity.ofFactor(0.75).apply(decision, PassMode.evaluation()));
  }

  @Test
  void backward_gradientOfAnotherLength_refused() {
    CapacityFormula three = CapacityFormula.fixed(3);
    List<CapacityRule> rules = List.of(
        new Dropless(),
        LimitedCapacity.of(three),
        Renormalized.of(LimitedCapacity.of(three)),
        Rerouted.of(three),
        new PaddedToMultiple(LimitedCapacity.of(three), 2));
    for (CapacityRule rule : rules) {
      CapacityPass result = rule.apply(decision(4, 4), PassMode.evaluation());
      int rows = result.kept().size();
      for (int length : new int[] {rows - 1, rows + 1}) {
        var error =
            assertThrows(IllegalArgumentException.class, () -> result.backward(new double[length]));
        assertEquals(
            "gradient of kept weights must have length " + rows + " but has " + length,
            error.getMessage());
      }
    }
  }

  @Test
  void position_noRoom_dropsAll() {
    var rule = LimitedCapacity.of(CapacityFormula.fixed(0));
    assertKept(new int[0], 8, rule.apply(decision(4, 4), PassMode.evaluation()));
  }

  @Test
  void position_noTokens_keepsNothing() {
    for (boolean perSequence : new boolean[] {false, true}) {
      var rule =
          new LimitedCapacity(CapacityFormula.factor(1), perSequence, DropOrder.tokenMajor());
      assertKept(new int[0], 0, rule.apply(decision(0, 1), PassMode.training()));
    }
  }

  @Test
  void backward_dropped_zeroGradient() {
    CapacityPass result = LimitedCapacity.ofFactor(0.75).apply(decision(4, 4), PassMode.training());
    RoutingGradient gradient = result.backward(new double[] {1, 2, 3, 4, 5});
    assertArrayEquals(new double[] {1, 2, 3, 4, 0, 5, 0, 0}, gradient.weights().orElseThrow());
    assertTrue(gradient.logits().isEmpty() && gradient.probabilities().isEmpty());
  }

  @Test
  void dropless_any_keepsAllAndPassesGradient() {
    RouterDecision decision = decision(4, 4);
    CapacityPass result = new Dropless().apply(decision, PassMode.training());
    assertSame(decision.assignments(), result.kept());
    assertEquals(0, result.dropped());
    double[] d = {1, 2, 3, 4, 5, 6, 7, 8};
    assertArrayEquals(d, result.backward(d).weights().orElseThrow());
  }

  @Test
  void formula_belowZero_isRefused() {
    LimitedCapacity rule = LimitedCapacity.of(demand -> -demand.tokens());
    var error = assertThrows(
        IllegalArgumentException.class, () -> rule.apply(decision(4, 4), PassMode.training()));
    assertEquals("capacity must be at least 0 but the formula gave -4", error.getMessage());
  }

  @Test
  void formula_perSequence_isToldWhatEachAsks() {
    // sequence 0 is tokens 0 and 1, the second padded: (0→0) (0→1); sequence 1: loads 2 and 2
    List<CapacityDemand> demands = new ArrayList<>();
    CapacityFormula formula = demand -> {
      demands.add(demand);
      return 1;
    };
    TokenMask mask = TokenMask.of(true, false, true, true);
    RouterDecision decision = Decisions.chosen(new double[12], 3, CHOICE, mask, 2);
    new LimitedCapacity(formula, true, DropOrder.tokenMajor()).apply(decision, PassMode.training());
    LimitedCapacity.of(formula).apply(decision, PassMode.evaluation());
    assertEquals(
        List.of(
            new CapacityDemand(1, 2, 2, 1, 3, true),
            new CapacityDemand(2, 2, 4, 2, 3, true),
            new CapacityDemand(3, 4, 6, 3, 3, false)),
        demands);
  }

  private static RouterDecision decision(int tokens, int sequenceLength) {
    return Decisions.chosen(
        new double[tokens * 3], 3, CHOICE, TokenMask.none(tokens), sequenceLength);
  }

  /** The choices lie two by two, so place n is choice n%2 of real token n/2. */
  private static void assertKept(int[] places, int dropped, CapacityPass result) {
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
