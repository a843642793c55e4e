package io.github.moe4j.examples;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import java.util.Comparator;
import java.util.stream.IntStream;

/** At most {@code rows} rows a batch, whichever experts compute them: those of the largest weights. */
public record RowBudget(int rows) implements CapacityRule {
  /** Checks the number. */
  public RowBudget {
    if (rows < 0) {
      throw new IllegalArgumentException("rows must be at least 0 but was " + rows);
    }
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    int[] kept = IntStream.range(0, all.size())
        .boxed()
        .sorted(Comparator.comparingDouble(n -> -all.weight(n))) // the first of equals first
        .limit(rows)
        .mapToInt(Integer::intValue)
        .sorted() // the decision's order
        .toArray();
    return CapacityPass.ofKept(all, kept);
  }
}
