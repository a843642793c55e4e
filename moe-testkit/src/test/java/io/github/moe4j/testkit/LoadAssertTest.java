package io.github.moe4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.TokenMask;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** Four experts with 6, 2, 0 and 4 choices of 6 tokens, of which 9 were kept. */
class LoadAssertTest {
  private final LoadAssert load = LoadAssert.of(
      LoadStatistics.of(new long[] {6, 2, 0, 4}, new long[] {3, 2, 0, 4}, 6, 6 * Math.log(2)));

  @Test
  void any_withinTheBound_passes() {
    // mean 3: 6/3 = 2; √((9 + 1 + 9 + 1)/4)/3 = √5/3 = 0.745; 3/12 dropped; ln 2 = 0.693
    load.mostLoadedOverMeanAtMost(2)
        .coefficientOfVariationAtMost(0.746)
        .droppedShareAtMost(0.25)
        .routingEntropyAtLeast(0.69)
        .assignedIs(6, 2, 0, 4)
        .keptIs(3, 2, 0, 4);
  }

  @Test
  void any_outsideTheBound_failsWithMeasureValueAndLoad() {
    requireFails(LoadAssert::everyExpertUsed, "every expert must be used but [2] are not");
    requireFails(
        l -> l.mostLoadedOverMeanAtMost(1.9),
        "most loaded over mean must be at most 1.9 but was 2.0");
    requireFails(
        l -> l.coefficientOfVariationAtMost(0.745),
        "coefficient of variation must be at most 0.745 but was 0.7453");
    requireFails(l -> l.droppedShareAtMost(0.2), "dropped share must be at most 0.2 but was 0.25");
    requireFails(LoadAssert::nothingDropped, "dropped share must be at most 0.0 but was 0.25");
    requireFails(
        l -> l.routingEntropyAtLeast(0.7), "routing entropy must be at least 0.7 but was 0.69");
    requireFails(
        l -> l.assignedIs(6, 2, 0, 3), "assigned must be [6, 2, 0, 3] but was [6, 2, 0, 4]");
    requireFails(l -> l.keptIs(6, 2, 0), "kept must be [6, 2, 0] but was [3, 2, 0, 4]");
  }

  private void requireFails(Consumer<LoadAssert> action, String message) {
    AssertionFailedError error =
        assertThrows(AssertionFailedError.class, () -> action.accept(load));
    assertTrue(error.getMessage().startsWith(message), error.getMessage());
    assertTrue(error.getMessage().contains("load [6, 2, 0, 4]"), error.getMessage());
  }

  @Test
  void routingEntropyAtLeast_routerWithoutDistribution_fails() {
    LoadAssert none = LoadAssert.of(LoadStatistics.of(new long[1], new long[1], 1, Double.NaN));
    assertThrows(AssertionFailedError.class, () -> none.routingEntropyAtLeast(0));
  }

  @Test
  void any_boundNaN_refused() {
    Exception error =
        assertThrows(IllegalArgumentException.class, () -> load.droppedShareAtMost(Double.NaN));
    assertEquals("bound must be a number but was NaN", error.getMessage());
  }

  @Test
  void of_decision_countsItsChoicesWithoutPadding() {
    double[] logits = {2, 1, 0, 0, 1, 2};
    LoadAssert.of(Decisions.topK(logits, 3, 1, TokenMask.none(2)))
        .assignedIs(1, 0, 1)
        .nothingDropped();
    LoadAssert.of(Decisions.topK(logits, 3, 1, TokenMask.of(true, false))).assignedIs(1, 0, 0);
  }
}
