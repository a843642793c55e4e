package io.github.moe4j.testkit.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.testkit.CapacityContract;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of capacity rules finds every defect of {@link CapacityMutant}. */
class CapacityMutantsTest {
  /** The contract, and the limit of the example. */
  static class Unmutated extends CapacityContract {
    @Override
    protected CapacityRule rule() {
      return new ExampleCapacity();
    }

    @Override
    protected OptionalInt limit(RouterDecision decision) {
      return OptionalInt.of(ExampleCapacity.LIMIT);
    }
  }

  /** The example with the defect of the run. */
  static final class Mutated extends Unmutated {
    private CapacityMutant mutant = CapacityMutant.ONE_ROW_TOO_MANY;

    @RegisterExtension
    final BeforeEachCallback choose =
        context -> mutant = ContractRun.subject(CapacityMutant.class, context);

    @Override
    protected CapacityRule rule() {
      return mutant.rule();
    }
  }

  /** No limit at all. */
  static final class Unlimited extends CapacityContract {
    @Override
    protected CapacityRule rule() {
      return Dropless.of();
    }

    @Override
    protected boolean drops() {
      return false;
    }
  }

  @Test
  void contract_exampleWithoutDefect_passesWithoutSkips() {
    ContractRun run = ContractRun.of(Unmutated.class, CapacityMutant.ONE_ROW_TOO_MANY);
    run.assertAllPass();
    assertEquals(Map.of(), run.skipped());
  }

  @Test
  void contract_noLimit_skippedWithReason() {
    ContractRun run = ContractRun.of(Unlimited.class, CapacityMutant.ONE_ROW_TOO_MANY);
    run.assertAllPass();
    assertEquals(
        Map.of(
            "apply_anyBatch_loadWithinTheLimit",
            "Assumption failed: no limit to compare with: limit of the contract is empty"),
        run.skipped());
  }

  @ParameterizedTest
  @EnumSource
  void contract_mutant_isCaughtByTheCheckThatNamesTheDefect(CapacityMutant mutant) {
    ContractRun.of(Mutated.class, mutant).assertCaught(mutant.check, mutant.message);
  }
}
