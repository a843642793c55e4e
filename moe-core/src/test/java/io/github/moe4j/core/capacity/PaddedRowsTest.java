package io.github.moe4j.core.capacity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.NaiveCapacity.Row;
import io.github.moe4j.testkit.Decisions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link PaddedToMultiple} and {@link PaddedToCapacity}. */
class PaddedRowsTest {
  /** Loads of three experts: 3, 1, 0. */
  private static final int[][] CHOICE = {{0}, {1}, {0}, {0}};

  private static RouterDecision decision(TokenMask mask, int sequenceLength) {
    return Decisions.chosen(new double[mask.tokens() * 3], 3, CHOICE, mask, sequenceLength);
  }

  /** Rows added, as pairs of token and expert. */
  private static void assertAdded(CapacityPass result, int kept, int... pairs) {
    List<Row> rows = NaiveCapacity.rows(result.kept());
    assertEquals(kept + pairs.length / 2, rows.size());
    assertEquals(pairs.length / 2, result.fillers());
    for (int i = 0; i < pairs.length; i += 2) {
      assertEquals(new Row(pairs[i], pairs[i + 1], 0), rows.get(kept + i / 2));
    }
  }

  @Test
  void toMultiple_handWorked_firstTokensWithoutTheExpert() {
    // of 2: expert 0 has 3 and gets token 1, the first it does not have; expert 1 has token 1 and
    // gets token 0; expert 2 has none and stays empty
    RouterDecision decision = decision(TokenMask.none(4), 4);
    CapacityPass result =
        new PaddedToMultiple(new Dropless(), 2).apply(decision, PassMode.evaluation());
    assertAdded(result, 4, 1, 0, 0, 1);
    assertEquals(0, result.dropped());
    DispatchPlan plan = DispatchPlan.of(result.kept());
    assertArrayEquals(new int[] {0, 4, 6, 6}, plan.expertStart());
  }

  @Test
  void toMultiple_tooFewTokens_asManyAsThereAre() {
    // of 8: expert 0 gets the one token it does not have, expert 1 the three
    RouterDecision decision = decision(TokenMask.none(4), 4);
    CapacityPass result =
        new PaddedToMultiple(new Dropless(), 8).apply(decision, PassMode.evaluation());
    assertAdded(result, 4, 1, 0, 0, 1, 2, 1, 3, 1);
  }

  @Test
  void toCapacity_handWorked_everyExpertAtItsLimit() {
    // limit 2: expert 0 keeps tokens 0, 2; expert 1 has token 1, gets 0; expert 2 gets 0 and 1
    LimitedCapacity rule = LimitedCapacity.of(CapacityFormula.fixed(2));
    CapacityPass result =
        PaddedToCapacity.of(rule).apply(decision(TokenMask.none(4), 4), PassMode.evaluation());
    assertAdded(result, 3, 0, 1, 0, 2, 1, 2);
    assertEquals(1, result.dropped());
    assertArrayEquals(new int[] {0, 2, 4, 6}, DispatchPlan.of(result.kept()).expertStart());
  }

  @Test
  void toCapacity_perSequenceWithPadding_realTokensOfTheSequence() {
    // token 1 is padding; limit 1 in each of (0 1) and (2 3): expert 0 keeps 0 and 2; expert 1 gets
    // 0 and 2, expert 2 likewise
    LimitedCapacity rule =
        new LimitedCapacity(CapacityFormula.fixed(1), true, DropOrder.tokenMajor());
    RouterDecision decision = decision(TokenMask.of(true, false, true, true), 2);
    CapacityPass result = PaddedToCapacity.of(rule).apply(decision, PassMode.evaluation());
    assertAdded(result, 2, 0, 1, 2, 1, 0, 2, 2, 2);
  }

  @Test
  void toCapacity_moreRowsThanTheLimit_addsNothing() {
    RouterDecision decision = decision(TokenMask.none(4), 4);
    CapacityPass result = new PaddedToCapacity(new Dropless(), CapacityFormula.fixed(1), false)
        .apply(decision, PassMode.evaluation());
    assertAdded(result, 4, 0, 2);
  }

  @Test
  void backward_padding_leadsNowhere() {
    CapacityPass result = new PaddedToMultiple(new Dropless(), 2)
        .apply(decision(TokenMask.none(4), 4), PassMode.training());
    RoutingGradient gradient = result.backward(new double[] {1, 2, 3, 4, 50, 60});
    assertArrayEquals(new double[] {1, 2, 3, 4}, gradient.weights().orElseThrow());
  }

  @Test
  void twice_paddingOfPadding_countsBoth() {
    // limit 3: expert 0 has 3; expert 1 gets 0, 2; expert 2 gets 0, 1, 2; then of 4: 1 / 3 / 3
    CapacityRule inner = PaddedToCapacity.of(LimitedCapacity.of(CapacityFormula.fixed(3)));
    CapacityPass result =
        new PaddedToMultiple(inner, 4).apply(decision(TokenMask.none(4), 4), PassMode.evaluation());
    assertAdded(result, 4, 0, 1, 2, 1, 0, 2, 1, 2, 2, 2, 1, 0, 3, 1, 3, 2);
  }

  @Test
  void multiple_belowOne_saysWhatItWas() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> new PaddedToMultiple(new Dropless(), 0));
    assertEquals("multiple must be at least 1 but was 0", error.getMessage());
  }
}
