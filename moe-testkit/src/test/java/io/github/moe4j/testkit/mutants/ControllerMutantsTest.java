package io.github.moe4j.testkit.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.balance.control.SparsityController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.testkit.balance.ControllerContract;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of controllers finds every defect of {@link ControllerMutant}. */
class ControllerMutantsTest {
  /** The example without a defect. */
  static final class Unmutated extends ControllerContract {
    @Override
    protected LoadController controller(ExpertBias bias) {
      return new ExampleController(bias);
    }
  }

  /** The example with the defect of the run. */
  static final class Mutated extends ControllerContract {
    private ControllerMutant mutant = ControllerMutant.WRONG_SIGN;

    @RegisterExtension
    final BeforeEachCallback choose =
        context -> mutant = ContractRun.subject(ControllerMutant.class, context);

    @Override
    protected LoadController controller(ExpertBias bias) {
      return mutant.over(bias);
    }
  }

  /** A controller of a coefficient. */
  static final class OfCoefficient extends ControllerContract {
    @Override
    protected LoadController controller(ExpertBias bias) {
      return SparsityController.of(bias.experts(), 1);
    }
  }

  @Test
  void contract_exampleWithoutDefect_passesWithoutSkips() {
    ContractRun run = ContractRun.of(Unmutated.class, ControllerMutant.WRONG_SIGN);
    run.assertAllPass();
    assertEquals(Map.of(), run.skipped());
  }

  @Test
  void contract_controllerOfCoefficient_skippedWithReason() {
    ContractRun run = ContractRun.of(OfCoefficient.class, ControllerMutant.WRONG_SIGN);
    run.assertAllPass();
    assertEquals(
        Map.of(
            "step_expertWithAllTokens_losesAgainstOthers",
            "Assumption failed: no bias to look at: the controller acts on a coefficient"),
        run.skipped());
  }

  @ParameterizedTest
  @EnumSource
  void contract_mutant_isCaughtByTheCheckThatNamesTheDefect(ControllerMutant mutant) {
    ContractRun.of(Mutated.class, mutant).assertCaught(mutant.check, mutant.message);
  }
}
