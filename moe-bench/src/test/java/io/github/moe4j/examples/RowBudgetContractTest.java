package io.github.moe4j.examples;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.testkit.CapacityContract;
import java.util.OptionalInt;

class RowBudgetContractTest extends CapacityContract {
  @Override
  protected CapacityRule rule() {
    return new RowBudget(6);
  }

  @Override
  protected OptionalInt limit(RouterDecision decision) {
    return OptionalInt.of(6); // all rows may be those of one expert
  }
}
