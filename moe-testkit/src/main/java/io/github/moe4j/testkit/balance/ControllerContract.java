package io.github.moe4j.testkit.balance;

import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every {@link LoadController} must guarantee, of a selection bias or of a coefficient. The test of a
 * controller extends this and creates it:
 *
 * <pre>{@code
 * class SignContractTest extends ControllerContract {
 *   protected LoadController controller(ExpertBias bias) {
 *     return BiasController.of(bias, SignRule.of(0.1));
 *   }
 * }
 * }</pre>
 *
 * <p>It sees passes of four experts with two choices a token, all of whose tokens prefer expert 0.
 */
@ExtendWith(Seeds.class)
public abstract class ControllerContract {
  private final ControllerStepChecks steps = new ControllerStepChecks(this);
  private final ControllerWorkerChecks workers = new ControllerWorkerChecks(this);
  private final ControllerStateChecks state = new ControllerStateChecks(this);

  /** For subclasses. */
  protected ControllerContract() {}

  /**
   * A new controller at its first step. One of a coefficient is a {@link
   * io.github.moe4j.balance.control.CoefficientController}, reads only the number of experts.
   *
   * @param bias what it acts on, with one number for each expert
   */
  protected abstract LoadController controller(ExpertBias bias);

  /**
   * Tolerance of the saved state for another order of the same passes; 0 by default, for controllers that count.
   */
  protected double toleranceOfOrder() {
    return 0;
  }

  @Test
  void step_unevenLoad_actsOnceAtTheStep() {
    steps.actsAtTheStep();
  }

  @Test
  void step_expertWithAllTokens_losesAgainstOthers() {
    steps.overloadedLoses();
  }

  @Test
  void step_nothingObserved_changesNothing() {
    steps.nothingObserved();
  }

  @Test
  void step_oneExpert_staysFinite() {
    steps.oneExpert();
  }

  @Test
  void observe_paddingAlone_countsForNothing() {
    steps.paddingAlone();
  }

  @Test
  void observe_paddingBetweenTokens_countsForNothing() {
    steps.paddingBetween();
  }

  @Test
  void observe_otherOrder_sameState() {
    steps.otherOrder();
  }

  @Test
  void observe_severalThreads_sameState() throws Exception {
    steps.severalThreads();
  }

  @Test
  void replaceObserved_sumOfTwoWorkers_asOneThatObservedAll() {
    workers.sumOfTwo();
  }

  @Test
  void replaceObserved_otherLength_refusedAndNothingChanges() {
    workers.otherLength();
  }

  @Test
  void observe_otherNumberOfExperts_refusedAndNothingChanges() {
    state.otherExperts();
  }

  @Test
  void restore_atAnyPoint_goesOnToTheSameBits() {
    state.goesOn();
  }

  @Test
  void restore_missingEntry_refusedAndNothingChanges() {
    state.missingEntry();
  }

  @Test
  void restore_wrongLength_refusedAndNothingChanges() {
    state.wrongLength();
  }

  @Test
  void restore_notANumberOrNegativeCount_refusedAndNothingChanges() {
    state.wrongNumbers();
  }

  @Test
  void restore_otherNumberOfExperts_refusedAndNothingChanges() {
    state.ofOtherExperts();
  }

  @Test
  void save_laterSteps_leaveItUnchanged() {
    state.savedStays();
  }
}
