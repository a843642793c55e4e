package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.PaddedToMultiple;
import io.github.moe4j.testkit.Decisions;
import org.junit.jupiter.api.Test;

class LoadStatisticsTest {
  /** Eight tokens, one choice each: loads 4, 2, 1, 1. */
  private static final int[][] CHOICE = {{0}, {0}, {1}, {0}, {2}, {1}, {3}, {0}};

  private static LoadStatistics load(int[][] choice, TokenMask mask, CapacityRule rule) {
    double[] logits = new double[mask.tokens() * 4];
    RouterDecision decision = Decisions.chosen(logits, 4, choice, mask, Math.max(1, mask.tokens()));
    return LoadStatistics.of(decision, rule.apply(decision, PassMode.evaluation()));
  }

  @Test
  void of_handWorked_measures() {
    // mean 2; squares (4−2)² + 0 + 1 + 1 = 6; cv = √(6/4)/2 = 0.612372…; max/mean = 4/2
    LoadStatistics load = load(CHOICE, TokenMask.none(8), new Dropless());
    assertArrayEquals(new long[] {4, 2, 1, 1}, load.assigned());
    assertArrayEquals(new long[] {4, 2, 1, 1}, load.kept());
    assertEquals(Math.sqrt(1.5) / 2, load.coefficientOfVariation(), 1e-15);
    assertEquals(2, load.mostLoadedOverMean());
    assertEquals(0, load.expertsWithoutTokens());
    assertEquals(0, load.dropped());
    assertEquals(8, load.tokens());
    assertEquals(Math.log(4), load.routingEntropy(), 1e-15); // logits 0: uniform
  }

  @Test
  void of_dropping_countedBeforeAndAfter() {
    // limit = ceil(8/4 · 1) = 2: expert 0 keeps 2 of 4
    LoadStatistics load = load(CHOICE, TokenMask.none(8), LimitedCapacity.ofFactor(1));
    assertArrayEquals(new long[] {4, 2, 1, 1}, load.assigned());
    assertArrayEquals(new long[] {2, 2, 1, 1}, load.kept());
    assertEquals(2, load.dropped());
    assertEquals(0.25, load.droppedShare());
    assertEquals(Math.sqrt(1.5) / 2, load.coefficientOfVariation(), 1e-15);
  }

  @Test
  void of_rowsThatFillUpExperts_areNoLoad() {
    // kept 2, 2, 1, 1; each expert is filled up to 4 rows, so 2 + 2 + 3 + 3 rows more
    CapacityRule rule = new PaddedToMultiple(LimitedCapacity.ofFactor(1), 4);
    LoadStatistics load = load(CHOICE, TokenMask.none(8), rule);
    assertArrayEquals(new long[] {2, 2, 1, 1}, load.kept());
    assertEquals(2, load.dropped());
  }

  @Test
  void of_padding_countsForNothing() {
    // tokens 0, 1 and 6 are padding: loads 2, 2, 1, 0 of 5 tokens
    TokenMask mask = TokenMask.of(false, false, true, true, true, true, false, true);
    LoadStatistics load = load(CHOICE, mask, new Dropless());
    assertArrayEquals(new long[] {2, 2, 1, 0}, load.assigned());
    assertEquals(5, load.tokens());
    assertEquals(1, load.expertsWithoutTokens());
    assertEquals(Math.log(4), load.routingEntropy(), 1e-15);
    assertEquals(2 / 1.25, load.mostLoadedOverMean(), 1e-15);
  }

  @Test
  void of_collapse_cvIsRootOfEMinusOne() {
    int[][] all = {{2}, {2}, {2}};
    LoadStatistics load = load(all, TokenMask.none(3), new Dropless());
    assertEquals(Math.sqrt(3), load.coefficientOfVariation(), 1e-15);
    assertEquals(4, load.mostLoadedOverMean());
    assertEquals(3, load.expertsWithoutTokens());
  }

  @Test
  void of_nothing_zerosNotNaN() {
    for (LoadStatistics load : new LoadStatistics[] {
      LoadStatistics.none(4), load(new int[0][], TokenMask.none(0), new Dropless())
    }) {
      assertEquals(4, load.experts());
      assertEquals(0, load.coefficientOfVariation());
      assertEquals(0, load.mostLoadedOverMean());
      assertEquals(0, load.droppedShare());
      assertEquals(0, load.routingEntropy());
      assertEquals(4, load.expertsWithoutTokens());
    }
  }

  @Test
  void plus_two_sums() {
    LoadStatistics a = load(CHOICE, TokenMask.none(8), LimitedCapacity.ofFactor(1));
    LoadStatistics b = load(new int[][] {{3}, {3}}, TokenMask.none(2), new Dropless());
    LoadStatistics both = a.plus(b);
    assertArrayEquals(new long[] {4, 2, 1, 3}, both.assigned());
    assertArrayEquals(new long[] {2, 2, 1, 3}, both.kept());
    assertEquals(10, both.tokens());
    assertEquals(2, both.dropped());
    assertEquals(Math.log(4), both.routingEntropy(), 1e-15);
    assertArrayEquals(new long[] {4, 2, 1, 1}, a.assigned());
  }

  @Test
  void routingEntropy_mixed_meanOverTokens() {
    // token 0 uniform over 4: ln 4; token 1 certain: 0; mean = ln 2
    double[] logits = {0, 0, 0, 0, 0, 1000, 0, 0};
    RouterDecision decision = Decisions.topK(logits, 4, 1, TokenMask.none(2));
    LoadStatistics load =
        LoadStatistics.of(decision, new Dropless().apply(decision, PassMode.evaluation()));
    assertEquals(Math.log(2), load.routingEntropy(), 1e-15);
  }

  @Test
  void of_savedCounts_areRead() {
    LoadStatistics load = LoadStatistics.of(new long[] {4, 2}, new long[] {3, 2}, 5, 2.5);
    assertArrayEquals(new long[] {4, 2}, load.assigned());
    assertArrayEquals(new long[] {3, 2}, load.kept());
    assertEquals(5, load.tokens());
    assertEquals(2.5, load.entropySum());
    assertEquals(0.5, load.routingEntropy());
    var error = assertThrows(
        IllegalArgumentException.class, () -> LoadStatistics.of(new long[2], new long[3], 0, 0));
    assertEquals("kept must have length 2 but has 3", error.getMessage());
    var none = assertThrows(
        IllegalArgumentException.class, () -> LoadStatistics.of(new long[0], new long[0], 0, 0));
    assertEquals("experts must be at least 1 but was 0", none.getMessage());
  }

  @Test
  void withUsesAndPlus_hitsAndMisses_addUp() {
    LoadStatistics a = LoadStatistics.none(2).withUses(10, 1).withUses(20, 2);
    assertEquals(30, a.expertHits());
    assertEquals(3, a.expertMisses());
    LoadStatistics both = a.plus(LoadStatistics.none(2).withUses(100, 40));
    assertEquals(130, both.expertHits());
    assertEquals(43, both.expertMisses());
  }

  /** Where the mean of the squares minus the square of the mean would have no digit left. */
  @Test
  void coefficientOfVariation_largeCountsNearlyEqual_isAccurate() {
    // From the mean: -4/3, -1/3 and 5/3, whose squares are 42/9, and 14/9 on average
    long[] counts = {1_000_000_000, 1_000_000_001, 1_000_000_003};
    double expected = Math.sqrt(14.0 / 9) / (1e9 + 4.0 / 3);
    assertEquals(expected, LoadStatistics.coefficientOfVariation(counts), 1e-6 * expected);
  }

  @Test
  void plus_otherExperts_saysBoth() {
    var error = assertThrows(
        IllegalArgumentException.class, () -> LoadStatistics.none(4).plus(LoadStatistics.none(3)));
    assertEquals("loads must have the same number of experts: 4 != 3", error.getMessage());
  }
}
