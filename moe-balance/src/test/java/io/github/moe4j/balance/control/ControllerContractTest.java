package io.github.moe4j.balance.control;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.balance.ControllerContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Every controller of the library. */
@ParameterizedClass
@EnumSource
class ControllerContractTest extends ControllerContract {
  @Parameter
  Kind kind;

  /** The controllers under test. */
  enum Kind {
    SIGN,
    CENTRED,
    PROPORTIONAL,
    QUANTILE,
    QUANTILE_OF_SIGMOIDS,
    QUANTILE_KEEPING,
    SPARSITY;

    LoadController over(ExpertBias bias) {
      int k = Math.min(2, bias.experts());
      CoefficientSchedule rate = CoefficientSchedule.cosine(0.3, 0.01, 5);
      return switch (this) {
        case SIGN -> new BiasController(bias, new SignRule(rate, false));
        case CENTRED -> new BiasController(bias, new SignRule(rate, true));
        case PROPORTIONAL -> new BiasController(bias, new ProportionalRule(rate));
        case QUANTILE -> QuantileController.ofLogits(bias, k);
        case QUANTILE_OF_SIGMOIDS -> QuantileController.ofSigmoids(bias, k);
        case QUANTILE_KEEPING -> QuantileController.ofLogits(bias, k).keeping(0.6);
        case SPARSITY -> SparsityController.of(bias.experts(), k);
      };
    }
  }

  @Override
  protected LoadController controller(ExpertBias bias) {
    return kind.over(bias);
  }

  /** Quantile balancing sums prices of float64. */
  @Override
  protected double toleranceOfOrder() {
    return switch (kind) {
      case QUANTILE, QUANTILE_OF_SIGMOIDS, QUANTILE_KEEPING -> 1e-10;
      case SIGN, CENTRED, PROPORTIONAL, SPARSITY -> 0;
    };
  }

  @Test
  void step_oneExpert_biasStaysZero() {
    ExpertBias one = ExpertBias.zeros(1);
    LoadController controller = kind.over(one);
    controller.observe(Decisions.topK(new double[] {3, -1}, 1, 1, TokenMask.none(2)));
    controller.step();
    assertSameBits("bias", new double[1], one.values());
  }

  @Test
  void step_nothingObserved_changesOnlyTheStepCount() {
    LoadController controller = kind.over(ExpertBias.of(1, 2));
    Saved before = Saved.of(controller);
    controller.step();
    Saved after = Saved.of(controller);
    for (String name : before.names()) {
      double more = name.equals("step") ? 1 : 0;
      assertEquals(before.get(name)[0] + more, after.get(name)[0], name);
    }
  }
}
