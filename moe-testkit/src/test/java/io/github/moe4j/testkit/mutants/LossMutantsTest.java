package io.github.moe4j.testkit.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.testkit.balance.LossContract;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of losses finds every defect of {@link LossMutant}. */
class LossMutantsTest {
  /** The contract, and what the example is worth. */
  static class Unmutated extends LossContract {
    @Override
    protected BalanceLoss loss(double coefficient) {
      return new ExampleLoss(coefficient);
    }

    @Override
    protected double valueAtBalance(int experts, int choices) {
      return 1;
    }

    @Override
    protected double valueAtCollapse(int experts, int choices, double logit) {
      return experts;
    }
  }

  /** The example with the defect of the run. */
  static final class Mutated extends Unmutated {
    private LossMutant mutant = LossMutant.GRADIENT_HALVED;

    @RegisterExtension
    final BeforeEachCallback choose =
        context -> mutant = ContractRun.subject(LossMutant.class, context);

    @Override
    protected BalanceLoss loss(double coefficient) {
      return mutant.loss(coefficient);
    }
  }

  @Test
  void contract_exampleWithoutDefect_passesWithoutSkips() {
    ContractRun run = ContractRun.of(Unmutated.class, LossMutant.GRADIENT_HALVED);
    run.assertAllPass();
    assertEquals(Map.of(), run.skipped());
  }

  @ParameterizedTest
  @EnumSource
  void contract_mutant_isCaughtByTheCheckThatNamesTheDefect(LossMutant mutant) {
    ContractRun.of(Mutated.class, mutant).assertCaught(mutant.check, mutant.message);
  }
}
