package io.github.moe4j.testkit.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The contract of routers finds every defect of {@link RouterMutant}. */
class RouterMutantsTest {
  /** The contract, and what the example is said to be. */
  abstract static class Example extends RouterContract {
    @Override
    protected boolean drawsNoise() {
      return true;
    }

    @Override
    protected OptionalDouble weightSum() {
      return OptionalDouble.of(1);
    }
  }

  /** The example without a defect. */
  static final class Unmutated extends Example {
    @Override
    protected Router router(INDArray weight, int choices) {
      return new ExampleRouter(weight, choices);
    }
  }

  /** The example with the defect of the run. */
  static final class Mutated extends Example {
    private RouterMutant mutant = RouterMutant.NAN_BECOMES_ZERO;

    @RegisterExtension
    final BeforeEachCallback choose =
        context -> mutant = ContractRun.subject(RouterMutant.class, context);

    @Override
    protected Router router(INDArray weight, int choices) {
      return mutant.router(weight, choices);
    }
  }

  /** A router for evaluation with a fixed number of choices: several checks have nothing to check. */
  static final class EvaluationAlone extends RouterContract {
    @Override
    protected Router router(INDArray weight, int choices) {
      return new ExampleRouter(weight, choices) {
        @Override
        void addNoise(double[] scores, io.github.moe4j.core.PassMode mode) {
          if (mode.isTraining()) {
            throw new IllegalArgumentException("the example evaluates alone");
          }
        }
      };
    }

    @Override
    protected int[] choices(int experts) {
      return new int[] {1};
    }

    @Override
    protected boolean hasBackward() {
      return false;
    }
  }

  @Test
  void contract_exampleWithoutDefect_passesWithoutSkips() {
    ContractRun run = ContractRun.of(Unmutated.class, RouterMutant.NAN_BECOMES_ZERO);
    run.assertAllPass();
    assertEquals(Map.of(), run.skipped());
  }

  @ParameterizedTest
  @EnumSource
  void contract_mutant_isCaughtByTheCheckThatNamesTheDefect(RouterMutant mutant) {
    ContractRun.of(Mutated.class, mutant).assertCaught(mutant.check, mutant.message);
  }

  @Test
  void contract_nothingToCheck_skippedWithReason() {
    ContractRun run = ContractRun.of(EvaluationAlone.class, RouterMutant.NAN_BECOMES_ZERO);
    run.assertAllPass();
    String refuses = "the router refuses to train: the example evaluates alone";
    String backward = "no backward pass to check: the router is for evaluation only";
    Map<String, String> expected = Map.ofEntries(
        Map.entry("route_trainingSameSeed_sameBits", refuses),
        Map.entry("route_trainingOtherSeed_differsOnlyIfSaid", refuses),
        Map.entry("route_randomTokens_weightsSumAsSaid", "weightSum of the contract is empty"),
        Map.entry("route_moreChoicesThanExperts_refused", "nothing to refuse"),
        Map.entry("backward_weightsLogitsProbabilities_matchDifferencesIfSaid", backward),
        Map.entry("backward_afterOtherPasses_sameBits", backward),
        Map.entry("backward_partsAlone_sumToWhole", backward),
        Map.entry("backward_frozenParameters_othersUnchanged", backward),
        Map.entry("backward_gradientOfOtherLengths_refusedAndNothingChanged", backward),
        Map.entry("backward_targetsNotZero_adds", backward));
    assertEquals(expected.keySet(), run.skipped().keySet());
    expected.forEach((check, reason) -> assertTrue(
        run.skipped().getOrDefault(check, "").contains(reason),
        () -> check + " must say: " + reason + " but said: " + run.skipped().get(check)));
  }
}
