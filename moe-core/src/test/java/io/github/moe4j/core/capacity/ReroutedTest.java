package io.github.moe4j.core.capacity;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.NaiveCapacity.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReroutedTest {
  /** Four tokens, three experts: all like expert 0 best, then 1, 2, 1, 1. */
  private static final double[] P = {.5, .3, .2, .6, .1, .3, .7, .2, .1, .4, .35, .25};

  private static RouterDecision decision(double[] p, int[] token, int[] expert, double[] weight) {
    TokenMask mask = TokenMask.none(p.length / 3);
    Assignments all = Assignments.of(p.length / 3, 3, token, expert, weight);
    return RouterDecision.of(all, mask, p.length / 3, null, Probabilities.of(p, 3, mask));
  }

  private static RouterDecision oneChoice() {
    return decision(P, new int[] {0, 1, 2, 3}, new int[4], new double[] {5, 6, 7, 4});
  }

  private static CapacityPass apply(Rerouted rule, RouterDecision decision) {
    return rule.apply(decision, PassMode.evaluation());
  }

  @Test
  void apply_oneChoice_overflowGoesToTheNextBest() {
    // room for 1: token 0 has expert 0. Round 2: token 1 asks 2 and gets it, 2 asks 1 and gets it,
    // 3 asks 1 in vain. Round 3: token 3 asks 2 in vain: dropped
    CapacityPass result = apply(Rerouted.of(CapacityFormula.fixed(1)), oneChoice());
    assertEquals(
        List.of(new Row(0, 0, 5), new Row(1, 2, .3), new Row(2, 1, .2)),
        NaiveCapacity.rows(result.kept()));
    assertEquals(1, result.dropped());
  }

  @Test
  void backward_moved_gradientGoesToTheNewProbability() {
    CapacityPass result = apply(Rerouted.of(CapacityFormula.fixed(1)), oneChoice());
    RoutingGradient gradient = result.backward(new double[] {10, 20, 30});
    assertArrayEquals(new double[] {10, 0, 0, 0}, gradient.weights().orElseThrow());
    assertArrayEquals(
        new double[] {0, 0, 0, 0, 0, 20, 0, 30, 0, 0, 0, 0},
        gradient.probabilities().orElseThrow());
  }

  @Test
  void apply_ownExpert_isServedBeforeAnyOverflow() {
    // tokens 0 and 1 want expert 0, token 2 wants 1, room for 1: token 1 would like 1, which token
    // 2
    // keeps since the router sent it there, and so token 1 goes to 2
    double[] p = {.6, .3, .1, .6, .3, .1, .1, .8, .1};
    RouterDecision decision =
        decision(p, new int[] {0, 1, 2}, new int[] {0, 0, 1}, new double[] {.6, .6, .8});
    assertEquals(
        List.of(new Row(0, 0, .6), new Row(1, 2, .1), new Row(2, 1, .8)),
        NaiveCapacity.rows(
            apply(Rerouted.of(CapacityFormula.fixed(1)), decision).kept()));
  }

  @Test
  void apply_fewerTries_dropsEarlier() {
    // two tries: own and next best, as above without the last round; one: no rerouting at all
    Rerouted two = new Rerouted(CapacityFormula.fixed(1), false, DropOrder.byProbability(), 2);
    // served .7 .6 .5 .4: token 2 has expert 0; then token 1 gets 2, token 0 gets 1, token 3 asks 1
    CapacityPass result = apply(two, oneChoice());
    assertEquals(
        List.of(new Row(0, 1, .3), new Row(1, 2, .3), new Row(2, 0, 7)),
        NaiveCapacity.rows(result.kept()));
    assertEquals(1, result.dropped());
    Rerouted one = new Rerouted(CapacityFormula.fixed(1), false, DropOrder.tokenMajor(), 1);
    assertEquals(
        List.of(new Row(0, 0, 5)), NaiveCapacity.rows(apply(one, oneChoice()).kept()));
  }

  @Test
  void apply_twoChoices_neverTwoOfOneExpert() {
    // tokens 0 and 1 choose experts 0 and 1, room for 1: token 1 has both overflow and one expert
    // left, 2, which its first choice takes; the second finds nobody and is dropped
    double[] p = {.5, .3, .2, .5, .3, .2};
    RouterDecision decision =
        decision(p, new int[] {0, 0, 1, 1}, new int[] {0, 1, 0, 1}, new double[] {.5, .3, .5, .3});
    CapacityPass result = apply(Rerouted.of(CapacityFormula.fixed(1)), decision);
    assertEquals(
        List.of(new Row(0, 0, .5), new Row(0, 1, .3), new Row(1, 2, .2)),
        NaiveCapacity.rows(result.kept()));
    assertEquals(1, result.dropped());
  }

  @Test
  void apply_equalAndZeroProbabilities_lowestIndexAndNobody() {
    // token 1: experts 1 and 2 are equal, so 1; token 2: expert 1 taken, 2 has probability 0
    double[] p = {1, 0, 0, .5, .25, .25, .6, .4, 0};
    RouterDecision decision =
        decision(p, new int[] {0, 1, 2}, new int[3], new double[] {1, .5, .6});
    CapacityPass result = apply(Rerouted.of(CapacityFormula.fixed(1)), decision);
    assertEquals(List.of(new Row(0, 0, 1), new Row(1, 1, .25)), NaiveCapacity.rows(result.kept()));
  }

  @Test
  void apply_renormalized_weightsSumToOneAgain() {
    // token 1 has expert 2 alone, with p .3: weight 1
    CapacityPass result = Renormalized.of(Rerouted.of(CapacityFormula.fixed(1)))
        .apply(oneChoice(), PassMode.evaluation());
    assertNear("weights", new double[] {1, 1, 1}, result.kept().weights(), 1e-15);
  }

  @Test
  void wrongUse_saysWhatItWas() {
    var tries = assertThrows(
        IllegalArgumentException.class,
        () -> new Rerouted(CapacityFormula.fixed(1), false, DropOrder.tokenMajor(), 0));
    assertEquals("tries must be at least 1 but was 0", tries.getMessage());
    Assignments all = Assignments.of(1, 1, new int[1], new int[1], new double[1]);
    RouterDecision bare = RouterDecision.of(all, TokenMask.none(1), 1, null, null);
    var error = assertThrows(
        IllegalArgumentException.class, () -> apply(Rerouted.of(CapacityFormula.fixed(1)), bare));
    assertEquals("Rerouted needs router probabilities but the router has none", error.getMessage());
  }
}
