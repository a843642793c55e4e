package io.github.moe4j.testkit.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Experts;
import io.github.moe4j.testkit.ExpertsContract;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The contract of experts finds every defect of {@link ExpertsMutant}. */
class ExpertsMutantsTest {
  /** The example without a defect. */
  static final class Unmutated extends ExpertsContract {
    @Override
    protected Experts experts(int experts, int width, DataType type, long seed) {
      return new ExampleExperts(experts, width, type, seed);
    }
  }

  /** The example with the defect of the run. */
  static final class Mutated extends ExpertsContract {
    private ExpertsMutant mutant = ExpertsMutant.NEIGHBOURS_ROW;

    @RegisterExtension
    final BeforeEachCallback choose =
        context -> mutant = ContractRun.subject(ExpertsMutant.class, context);

    @Override
    protected Experts experts(int experts, int width, DataType type, long seed) {
      return mutant.experts(experts, width, type, seed);
    }
  }

  @Test
  void contract_exampleWithoutDefect_passesWithoutSkips() {
    ContractRun run = ContractRun.of(Unmutated.class, ExpertsMutant.NEIGHBOURS_ROW);
    run.assertAllPass();
    assertEquals(Map.of(), run.skipped());
  }

  @ParameterizedTest
  @EnumSource
  void contract_mutant_isCaughtByTheCheckThatNamesTheDefect(ExpertsMutant mutant) {
    ContractRun.of(Mutated.class, mutant).assertCaught(mutant.check, mutant.message);
  }
}
