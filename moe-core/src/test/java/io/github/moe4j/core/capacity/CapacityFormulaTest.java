package io.github.moe4j.core.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;

/** Each convention on values worked by hand, those where rounding decides among them. */
class CapacityFormulaTest {
  private static int limit(CapacityFormula formula, int tokens, int experts) {
    return formula.limit(new CapacityDemand(tokens, tokens, tokens, 0, experts, true));
  }

  private static int withLoad(CapacityFormula formula, int tokens, int experts, int largestLoad) {
    return formula.limit(new CapacityDemand(tokens, tokens, tokens, largestLoad, experts, true));
  }

  private static int evaluated(CapacityFormula formula, int tokens, int experts) {
    return formula.limit(new CapacityDemand(tokens, tokens, tokens, 0, experts, false));
  }

  @Test
  void factor_manyValues_meanLoadTimesFactorRoundedUp() {
    assertEquals(2, limit(CapacityFormula.factor(1), 8, 4)); // 8/4 · 1 = 2
    assertEquals(3, limit(CapacityFormula.factor(1.25), 8, 4)); // 2.5 → 3
    assertEquals(3, limit(CapacityFormula.factor(1), 9, 4)); // 2.25 → 3
    assertEquals(1, limit(CapacityFormula.factor(0.01), 1, 64));
    assertEquals(0, limit(CapacityFormula.factor(2), 0, 4));
    assertEquals(8, limit(CapacityFormula.factor(4), 8, 4)); // factor E: room for all
    assertEquals(11, limit(CapacityFormula.factor(1.1), 100, 10)); // 100/10 · 1.1 = 11
    assertEquals(Integer.MAX_VALUE, limit(CapacityFormula.factor(1e300), 8, 4));
  }

  @Test
  void factor_twoChoices_countsAssignments() {
    // 7 real tokens with 14 assignments, 2 padded: ceil(14/4 · 1) = 4
    assertEquals(4, CapacityFormula.factor(1).limit(new CapacityDemand(7, 9, 14, 5, 4, true)));
  }

  @Test
  void megatron_manyValues_roundedUpLast() {
    assertEquals(10, limit(CapacityFormula.megatron(2, 1.25), 24, 6)); // 8 · 1.25
    assertEquals(7, limit(CapacityFormula.megatron(2, 1.25), 10, 4)); // 5 · 1.25 = 6.25
    assertEquals(11, limit(CapacityFormula.megatron(1, 1.1), 100, 10)); // 10 · 1.1 = 11
    assertEquals(107, limit(CapacityFormula.megatron(1, 1.07), 1000, 10));
    assertEquals(0, limit(CapacityFormula.megatron(2, 1.25), 0, 6));
  }

  @Test
  void deepspeed_manyValues_factorTimesKFirstInFloat32() {
    assertEquals(8, limit(CapacityFormula.deepspeed(1, 1.25, 4), 24, 4)); // 6 · 1.25 = 7.5
    assertEquals(4, limit(CapacityFormula.deepspeed(1, 1.25, 4), 8, 4)); // 2.5 → 3, minimum 4
    assertEquals(9, limit(CapacityFormula.deepspeed(2, 0.75, 4), 24, 4)); // 6 · 1.5
    assertEquals(9, limit(CapacityFormula.deepspeed(3, 0.75, 2), 24, 6)); // 4 · 2.25
    // 1.07 in float32 is 1.0700000525: 100 times it rounds to 107.00001, one above the rest
    assertEquals(108, limit(CapacityFormula.deepspeed(1, 1.07, 0), 1000, 10));
  }

  @Test
  void vmoe_manyValues_roundedUpToFour() {
    assertEquals(8, limit(CapacityFormula.vmoe(1.25), 24, 4)); // 30/4 = 7.5 → 8
    assertEquals(8, limit(CapacityFormula.vmoe(1), 17, 4)); // 4.25 → 5 → 8
    assertEquals(4, limit(CapacityFormula.vmoe(1), 1, 64));
    assertEquals(0, limit(CapacityFormula.vmoe(1), 0, 4));
    // 100 · 1.1 = 110.00000000000001, a tenth of it 11.000000000000002: 12, where megatron has 11
    assertEquals(12, limit(CapacityFormula.vmoe(1.1), 100, 10));
  }

  @Test
  void flaxformer_halves_goToTheEvenNeighbour() {
    assertEquals(2, limit(CapacityFormula.flaxformer(1, 0), 10, 4)); // 2.5 → 2
    assertEquals(4, limit(CapacityFormula.flaxformer(1, 0), 14, 4)); // 3.5 → 4
    assertEquals(4, limit(CapacityFormula.flaxformer(1, 0), 18, 4)); // 4.5 → 4
    assertEquals(6, limit(CapacityFormula.flaxformer(1, 0), 22, 4)); // 5.5 → 6
    assertEquals(4, limit(CapacityFormula.flaxformer(1, 4), 10, 4)); // the minimum
    assertEquals(8, limit(CapacityFormula.flaxformer(1.25, 4), 25, 4)); // 7.8125 → 8
  }

  @Test
  void mesh_manyValues_roundedDownBetweenMinimumAndTokens() {
    assertEquals(7, limit(CapacityFormula.mesh(1.25, 4), 24, 4)); // 7.5 → 7
    assertEquals(4, limit(CapacityFormula.mesh(1, 4), 8, 4)); // 2, minimum 4
    assertEquals(6, limit(CapacityFormula.mesh(2, 4), 6, 1)); // 12, but there are 6
    assertEquals(4, limit(CapacityFormula.mesh(2, 4), 3, 1)); // 3, minimum 4
  }

  @Test
  void tutel_signOfFactor_decidesBetweenFormulaAndLoad() {
    assertEquals(12, withLoad(CapacityFormula.tutel(2, 1.5), 20, 5, 9)); // 2 · ⌊1.5·4⌋
    assertEquals(14, withLoad(CapacityFormula.tutel(2, 1.5), 21, 5, 9)); // 2 · ⌊1.5·5⌋ = 2·7
    assertEquals(9, withLoad(CapacityFormula.tutel(2, 0), 20, 5, 9));
    assertEquals(9, withLoad(CapacityFormula.tutel(2, -1.5), 20, 5, 9)); // min(9, 12)
    assertEquals(12, withLoad(CapacityFormula.tutel(2, -1.5), 20, 5, 17)); // min(17, 12)
  }

  @Test
  void megablocks_manyValues_roundedDownAndNeverZero() {
    assertEquals(6, withLoad(CapacityFormula.megablocks(2, 1.25), 10, 4, 9)); // 5 · 1.25
    assertEquals(9, withLoad(CapacityFormula.megablocks(2, 0), 10, 4, 9));
    assertEquals(9, withLoad(CapacityFormula.megablocks(2, 0.1), 10, 4, 9)); // 0.5 → 0
  }

  @Test
  void fairseq_mode_decides() {
    assertEquals(6, limit(CapacityFormula.fairseq(), 10, 4)); // 2 · ceil(2.5)
    assertEquals(3, evaluated(CapacityFormula.fairseq(), 10, 4)); // ceil(2.5)
    assertEquals(6, limit(CapacityFormula.fairseq(1), 10, 4));
    assertEquals(10, evaluated(CapacityFormula.fairseq(1), 10, 4));
  }

  @Test
  void maxtext_manyValues_shareRoundedUpThenProductDown() {
    assertEquals(6, limit(CapacityFormula.maxtext(2, 1.25), 10, 4)); // 5 · 1.25 = 6.25
    assertEquals(6, limit(CapacityFormula.maxtext(2, 1.25), 9, 4)); // ceil(4.5) · 1.25
    assertEquals(2, limit(CapacityFormula.maxtext(1, 2.5), 0, 4)); // max(0, 2.5)
  }

  @Test
  void toString_anyFormula_isTheCallThatMakesIt() {
    assertEquals("factor(1.25)", CapacityFormula.factor(1.25).toString());
    assertEquals("fixed(3)", CapacityFormula.fixed(3).toString());
    assertEquals("megatron(2, 1.25)", CapacityFormula.megatron(2, 1.25).toString());
    assertEquals("deepspeed(2, 1.25, 4)", CapacityFormula.deepspeed(2, 1.25, 4).toString());
    assertEquals("vmoe(1.25)", CapacityFormula.vmoe(1.25).toString());
    assertEquals("flaxformer(1.25, 4)", CapacityFormula.flaxformer(1.25, 4).toString());
    assertEquals("mesh(1.25, 4)", CapacityFormula.mesh(1.25, 4).toString());
    assertEquals("tutel(2, -1.25)", CapacityFormula.tutel(2, -1.25).toString());
    assertEquals("megablocks(2, 0.0)", CapacityFormula.megablocks(2, 0).toString());
    assertEquals("fairseq(0.25)", CapacityFormula.fairseq().toString());
    assertEquals("maxtext(2, 1.25)", CapacityFormula.maxtext(2, 1.25).toString());
    assertEquals(
        "factor(1.0).atLeast(4).multipleOf(8).withEvaluation(fixed(2)).countingPadding()",
        CapacityFormula.factor(1)
            .atLeast(4)
            .multipleOf(8)
            .withEvaluation(CapacityFormula.fixed(2))
            .countingPadding()
            .toString());
  }

  @Test
  void combinators_anyFormula_changeItsLimit() {
    CapacityFormula five = CapacityFormula.fixed(5);
    assertEquals(5, limit(five.atLeast(4), 1, 1));
    assertEquals(6, limit(five.atLeast(6), 1, 1));
    assertEquals(5, limit(five.multipleOf(1), 1, 1));
    assertEquals(5, limit(five.multipleOf(5), 1, 1));
    assertEquals(8, limit(five.multipleOf(4), 1, 1));
    assertEquals(0, limit(CapacityFormula.fixed(0).multipleOf(4), 1, 1));
    assertEquals(
        Integer.MAX_VALUE, limit(CapacityFormula.fixed(Integer.MAX_VALUE).multipleOf(4), 1, 1));
    CapacityFormula wider = five.withEvaluation(CapacityFormula.fixed(9));
    assertEquals(5, limit(wider, 1, 1));
    assertEquals(9, evaluated(wider, 1, 1));
  }

  @Test
  void countingPadding_tokensOfBothKinds() {
    CapacityDemand demand = new CapacityDemand(7, 12, 7, 5, 4, true);
    CapacityFormula formula = CapacityFormula.megatron(1, 1);
    assertEquals(2, formula.limit(demand)); // 7/4
    assertEquals(3, formula.countingPadding().limit(demand)); // 12/4
    assertEquals(2, CapacityFormula.factor(1).countingPadding().limit(demand)); // by assignments
  }

  @Test
  void formula_wrongValues_saysWhatItWas() {
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertFactorRefused(bad, CapacityFormula::factor);
      assertFactorRefused(bad, f -> CapacityFormula.megatron(1, f));
      assertFactorRefused(bad, f -> CapacityFormula.deepspeed(1, f, 4));
      assertFactorRefused(bad, CapacityFormula::vmoe);
      assertFactorRefused(bad, f -> CapacityFormula.flaxformer(f, 4));
      assertFactorRefused(bad, f -> CapacityFormula.mesh(f, 4));
      assertFactorRefused(bad, f -> CapacityFormula.maxtext(1, f));
      assertFactorRefused(bad, CapacityFormula::fairseq);
    }
    assertRefused("capacity must be at least 0 but was -1", () -> CapacityFormula.fixed(-1));
    assertRefused("k must be at least 1 but was 0", () -> CapacityFormula.megatron(0, 1));
    assertRefused("k must be at least 1 but was 0", () -> CapacityFormula.tutel(0, 1));
    assertRefused(
        "capacity factor must be finite but was NaN", () -> CapacityFormula.tutel(1, Double.NaN));
    assertRefused(
        "capacity factor must be at least 0 and finite but was -1.0",
        () -> CapacityFormula.megablocks(1, -1));
    assertRefused("minimum must be at least 0 but was -1", () -> CapacityFormula.mesh(1, -1));
    assertRefused(
        "multiple must be at least 1 but was 0", () -> CapacityFormula.fixed(1).multipleOf(0));
  }

  private static void assertFactorRefused(double bad, DoubleFunction<CapacityFormula> formula) {
    assertRefused(
        "capacity factor must be above 0 and finite but was " + bad, () -> formula.apply(bad));
  }

  private static void assertRefused(String message, Runnable made) {
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, made::run).getMessage());
  }
}
