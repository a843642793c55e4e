package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.LoadAssert;
import org.junit.jupiter.api.Test;

class RowBudgetTest {
  @Test
  void apply_threeTokens_keepsTheLargestWeightsInTheDecisionsOrder() {
    // first choices of experts 0, 1, 0 with logits 1, 3, 2 over 0: the larger, the surer
    double[] logits = {1, 0, 0, 3, 2, 0};
    RouterDecision decision = Decisions.topK(logits, 2, 1, TokenMask.none(3));
    CapacityPass result = new RowBudget(2).apply(decision, PassMode.evaluation());
    assertEquals(1, result.kept().token(0));
    assertEquals(2, result.kept().token(1));
    LoadAssert.of(LoadStatistics.of(decision, result)).assignedIs(2, 1).keptIs(1, 1);
  }

  @Test
  void new_negative_refused() {
    Exception e = assertThrows(IllegalArgumentException.class, () -> new RowBudget(-1));
    assertEquals("rows must be at least 0 but was -1", e.getMessage());
  }
}
