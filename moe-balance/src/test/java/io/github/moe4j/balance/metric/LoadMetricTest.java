package io.github.moe4j.balance.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class LoadMetricTest {
  /** Eight tokens, one choice each: loads 4, 2, 1, 1 of the ideal 2. */
  private static final int[][] CHOICE = {{0}, {0}, {1}, {0}, {2}, {1}, {3}, {0}};

  private static LoadStatistics load(
      int experts, int[][] choice, TokenMask mask, CapacityRule rule) {
    double[] logits = new double[mask.tokens() * experts];
    int length = Math.max(1, mask.tokens());
    RouterDecision decision = Decisions.chosen(logits, experts, choice, mask, length);
    return LoadStatistics.of(decision, rule.apply(decision, PassMode.evaluation()));
  }

  private static LoadStatistics load(int experts, int[]... choice) {
    return load(experts, choice, TokenMask.none(choice.length), new Dropless());
  }

  /** Values in the order of the constants. */
  private static void assertAll(LoadStatistics load, double... expected) {
    double[] actual =
        Arrays.stream(LoadMetric.values()).mapToDouble(m -> m.of(load)).toArray();
    assertArrayEquals(expected, actual, 1e-14, Arrays.toString(actual));
  }

  @Test
  void of_handWorked_everyMeasure() {
    // variance: (2² + 0 + 1 + 1)/4 / 2² = 3/8
    // squared load: 4·(16 + 4 + 1 + 1)/64 = 11/8
    // Gini: |4−2| + |4−1| + |4−1| + |2−1| + |2−1| + 0 = 10, both ways 20; 20/(2·4·8) = 5/16
    LoadStatistics load = load(4, CHOICE);
    assertAll(load, 3 / 8.0, 11 / 8.0, Math.sqrt(3 / 8.0), 2, 5 / 16.0, Math.log(4), 0, 0);
  }

  @Test
  void of_balanced_documentedValues() {
    LoadStatistics load = load(4, new int[] {3}, new int[] {1}, new int[] {0}, new int[] {2});
    assertAll(load, 0, 1, 0, 1, 0, Math.log(4), 0, 0);
  }

  @Test
  void of_collapsed_documentedValues() {
    // E = 4: E − 1, E, √(E − 1), E, (E − 1)/E; room for ceil(4/4) = 1 of 4 tokens, so 3/4 are
    // dropped; E − 1. Logits 0 leave the entropy at ln 4: it does not see the load
    int[][] choice = {{2}, {2}, {2}, {2}};
    LoadStatistics load = load(4, choice, TokenMask.none(4), LimitedCapacity.ofFactor(1));
    assertAll(load, 3, 4, Math.sqrt(3), 4, 0.75, Math.log(4), 0.75, 3);
  }

  @Test
  void of_collapsedOntoTwo_asIfExpertsWereHalf() {
    // K = 2: E/K = 2 in place of E, and E − K without tokens
    LoadStatistics load = load(4, new int[] {2, 0}, new int[] {0, 2}, new int[] {2, 0});
    assertAll(load, 1, 2, 1, 2, 0.5, Math.log(4), 0, 2);
  }

  @Test
  void of_padding_countsForNothing() {
    // tokens 0, 1 and 6 are padding: loads 2, 2, 1, 0 of the ideal 5/4
    // variance: (9 + 9 + 1 + 25)/16 / 4 / (25/16) = 44/100; squared load: 4·9/25 = 1.44
    // Gini: 0 + 1 + 2 + 1 + 2 + 1 = 7, both ways 14; 14/(2·4·5) = 0.35
    TokenMask mask = TokenMask.of(false, false, true, true, true, true, false, true);
    LoadStatistics load = load(4, CHOICE, mask, new Dropless());
    assertAll(load, 0.44, 1.44, Math.sqrt(0.44), 1.6, 0.35, Math.log(4), 0, 1);
  }

  @Test
  void of_expertListedTwice_countsTwice() {
    // loads 3, 1: variance (1 + 1)/2 / 2² = 1/4; squared load 2·(9 + 1)/16; Gini 2·2/(2·2·4)
    LoadStatistics load = load(2, new int[] {0, 0}, new int[] {0, 1});
    assertAll(load, 0.25, 1.25, 0.5, 1.5, 0.25, Math.log(2), 0, 0);
  }

  @Test
  void of_noTokens_zerosNotNaN() {
    TokenMask padding = TokenMask.of(false, false);
    for (LoadStatistics load : List.of(
        LoadStatistics.none(3),
        load(3),
        load(3, new int[][] {{0}, {0}}, padding, new Dropless()),
        load(3, new int[0][], TokenMask.none(0), LimitedCapacity.ofFactor(1)))) {
      assertAll(load, 0, 0, 0, 0, 0, 0, 0, 3);
    }
  }

  @Test
  void of_oneExpert_balanced() {
    assertAll(load(1, new int[] {0}, new int[] {0}), 0, 1, 0, 1, 0, 0, 0, 0);
  }

  @Test
  void of_routerWithoutDistribution_onlyEntropyIsNaN() {
    Assignments assignments =
        Assignments.of(2, 2, new int[] {0, 1}, new int[] {1, 0}, new double[] {1, 1});
    RouterDecision hash = RouterDecision.of(assignments, TokenMask.none(2), 2, null, null);
    LoadStatistics load =
        LoadStatistics.of(hash, new Dropless().apply(hash, PassMode.evaluation()));
    assertAll(load, 0, 1, 0, 1, 0, Double.NaN, 0, 0);
  }

  @Test
  void of_randomLoads_agreeWithDefinitions() {
    SplittableRandom random = Seeds.random(1);
    for (int experts : new int[] {1, 2, 3, 17}) {
      int[][] choice = new int[17][];
      Arrays.setAll(choice, t -> new int[] {random.nextInt(experts), random.nextInt(experts)});
      LoadStatistics load = load(experts, choice);
      double cv = load.coefficientOfVariation();
      assertEquals(cv * cv, LoadMetric.VARIANCE_OF_COUNTS.of(load), 1e-13);
      assertEquals(1 + cv * cv, LoadMetric.SQUARED_LOAD.of(load), 1e-13);
      assertEquals(giniByPairs(load.assigned()), LoadMetric.GINI.of(load), 1e-13);
    }
  }

  private static double giniByPairs(long[] counts) {
    double differences = 0;
    for (long a : counts) {
      for (long b : counts) {
        differences += Math.abs(a - b);
      }
    }
    return differences / (2.0 * counts.length * Arrays.stream(counts).sum());
  }

  @Test
  void all_load_everyConstantInOrder() {
    LoadStatistics load = load(4, CHOICE);
    Map<LoadMetric, Double> all = LoadMetric.all(load);
    assertEquals(List.of(LoadMetric.values()), new ArrayList<>(all.keySet()));
    all.forEach((metric, value) -> assertEquals(metric.of(load), value, metric.label()));
    assertThrows(UnsupportedOperationException.class, () -> all.put(LoadMetric.GINI, 0.0));
    assertThrows(UnsupportedOperationException.class, all::clear);
  }

  @Test
  void label_constants_differAndSaySomething() {
    Map<LoadMetric, String> labels = new EnumMap<>(LoadMetric.class);
    for (LoadMetric metric : LoadMetric.values()) {
      assertTrue(!metric.label().isBlank());
      assertTrue(!labels.containsValue(metric.label()), metric.label());
      labels.put(metric, metric.label());
    }
    assertEquals("Gini coefficient", LoadMetric.GINI.label());
  }
}
