package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.TestCases;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.PaddedToCapacity;
import org.junit.jupiter.api.Test;

/** Three tokens and one expert, and what of them was recorded. */
class RecordedRowsTest {
  private static ReferenceCase recorded(String shape, String data) {
    return TestCases.parse("{'case':'f__v','config':{},'inputs':{'w':{'shape':"
        + shape
        + ",'dtype':'float64','data':[10,20,30]}},'outputs':{'y':{'shape':"
        + shape
        + ",'dtype':'int64','data':"
        + data
        + "}},'gradients':{}}");
  }

  private static CaseTensor map(String data) {
    return recorded("[3,1]", data).recordedOutput("y").orElseThrow();
  }

  private static RouterDecision routed(int... tokens) {
    double[] weights = {0.5, 0.5, 0.2};
    double[] own = new double[tokens.length];
    for (int n = 0; n < own.length; n++) {
      own[n] = weights[tokens[n]];
    }
    Assignments all = Assignments.of(3, 1, tokens, new int[tokens.length], own);
    return RouterDecision.of(all, TokenMask.none(3), 3, null, null);
  }

  /** All three ask for two places, so that one is dropped. */
  private static double[] survivors(int limit, boolean anyOrder, String recorded) {
    DropOrder order = anyOrder ? DropOrder.tokenMajor() : DropOrder.byWeight();
    LimitedCapacity rule = new LimitedCapacity(CapacityFormula.fixed(limit), false, order);
    CapacityPass result = new RecordedSurvivors(rule, map(recorded), anyOrder)
        .apply(routed(0, 1, 2), PassMode.evaluation());
    return Scattered.map(result.kept());
  }

  @Test
  void survivors_equalWeights_areTheRecordedOnes() {
    assertArrayEquals(new double[] {1, 0, 0}, survivors(1, false, "[1,0,0]"));
    assertArrayEquals(new double[] {0, 1, 0}, survivors(1, false, "[0,1,0]"));
  }

  @Test
  void survivors_ofSmallerWeightOrAnotherNumber_areRefused() {
    assertThrows(DamagedCaseException.class, () -> survivors(1, false, "[0,0,1]"));
    assertThrows(DamagedCaseException.class, () -> survivors(1, false, "[1,1,0]"));
    assertThrows(DamagedCaseException.class, () -> survivors(1, true, "[0,0,0]"));
  }

  @Test
  void survivors_nothingOpen_areTheLibrarysOwn() {
    // 0.5 and 0.5 fit, 0.2 does not: no tie at the limit
    assertArrayEquals(new double[] {1, 1, 0}, survivors(2, false, "[0,1,1]"));
    assertArrayEquals(new double[] {1, 1, 1}, survivors(3, true, "[0,1,1]"));
  }

  @Test
  void survivors_byPosition_mayBeAny() {
    assertArrayEquals(new double[] {0, 0, 1}, survivors(1, true, "[0,0,1]"));
    assertArrayEquals(new double[] {1, 0, 1}, survivors(2, true, "[1,0,1]"));
  }

  private static CapacityPass filled(String recorded) {
    CapacityRule rule = new RecordedFill(
        new PaddedToCapacity(new Dropless(), CapacityFormula.fixed(2), false), map(recorded));
    return rule.apply(routed(1), PassMode.evaluation());
  }

  @Test
  void fill_asManyAsTheLibrary_isTheRecordedOne() {
    CapacityPass result = filled("[0,1,1]");
    assertArrayEquals(new double[] {0, 1, 1}, Scattered.map(result.kept()));
    assertArrayEquals(new double[] {0, 0.5, 0}, Scattered.weights(result.kept()));
    assertEquals(1, result.fillers());
    double[] dWeights = result.backward(new double[] {7, 9}).weights().orElseThrow();
    assertArrayEquals(new double[] {7}, dWeights);
  }

  @Test
  void fill_ofAnotherNumber_isRefused() {
    assertThrows(DamagedCaseException.class, () -> filled("[0,1,0]"));
    assertThrows(DamagedCaseException.class, () -> filled("[1,1,1]"));
  }

  @Test
  void columns_inAnotherOrder_followTheRecordedExperts() {
    // one token, recorded experts 4, 0 and 2 with numbers 10, 20 and 30; expert 1 was not recorded
    ReferenceCase reference = recorded("[1,3]", "[4,0,2]");
    Assignments chosen =
        Assignments.of(1, 5, new int[3], new int[] {0, 4, 1}, new double[] {1, 1, 1});
    assertArrayEquals(new double[] {20, 10, 0}, RecordedColumns.of(reference, "w", "y", chosen));
  }
}
