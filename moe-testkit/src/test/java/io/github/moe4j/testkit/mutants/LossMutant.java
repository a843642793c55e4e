package io.github.moe4j.testkit.mutants;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** {@link ExampleLoss} with one defect each, the check that must find it, and a part of its message. */
enum LossMutant {
  GRADIENT_OF_WRONG_SIGN(
      "evaluate_oneLayer_gradientMatchesDifferences", "differences give", c -> new ExampleLoss(c) {
        @Override
        double slope(double mean) {
          return -super.slope(mean);
        }
      }),
  GRADIENT_HALVED(
      "evaluate_oneLayer_gradientMatchesDifferences", "differences give", c -> new ExampleLoss(c) {
        @Override
        double slope(double mean) {
          return mean;
        }
      }),
  GRADIENT_OF_THE_FIRST_LAYER_ALONE(
      "evaluate_layersOfDifferentLength_gradientMatchesDifferences",
      "logits of layer",
      c -> new ExampleLoss(c) {
        @Override
        public LossValue evaluate(List<RouterDecision> layers) {
          LossValue all = super.evaluate(layers);
          List<RoutingGradient> gradients = new ArrayList<>(all.gradients());
          for (int l = 1; l < gradients.size(); l++) {
            gradients.set(l, RoutingGradient.none());
          }
          return new LossValue(all.value(), gradients);
        }
      }),
  PADDING_IN_THE_MEAN(
      "evaluate_paddingInAndAfterSequences_changesNothing", "expected", c -> new ExampleLoss(c) {
        @Override
        double mean(Probabilities p, int[] tokens, int e) {
          return super.mean(p, tokens, e) * tokens.length / Math.max(1, p.tokens());
        }
      }),
  GRADIENT_FOR_PADDING(
      "evaluate_paddingInAndAfterSequences_changesNothing", "", c -> new ExampleLoss(c) {
        @Override
        int[] tokens(TokenMask mask) {
          return TokenMask.none(mask.tokens()).validIndices(0, mask.tokens());
        }
      }),
  NAN_WITHOUT_TOKENS("evaluate_onlyPadding_zeroNotNaN", "NaN", c -> new ExampleLoss(c) {
    @Override
    double mean(Probabilities p, int[] tokens, int e) {
      return super.mean(p, tokens, e) * tokens.length / tokens.length;
    }
  }),
  COEFFICIENT_SQUARED(
      "evaluate_coefficientDoubled_valueAndGradientDouble", "expected", c -> new ExampleLoss(c) {
        @Override
        double factor(int expert, int experts) {
          return coefficient * super.factor(expert, experts);
        }
      }),
  FACTOR_E_FORGOTTEN("evaluate_perfectBalance_documentedValue", "K 1", c -> new ExampleLoss(c) {
    @Override
    double factor(int expert, int experts) {
      return 1;
    }
  }),
  FIRST_EXPERT_FAVOURED(
      "evaluate_expertsRenumbered_sameValue", "expected", c -> new ExampleLoss(c) {
        @Override
        double factor(int expert, int experts) {
          return experts + (expert == 0 ? -0.1 : 0.1 / Math.max(1, experts - 1));
        }
      }),
  EARLIER_EVALUATION_REMEMBERED(
      "evaluate_otherDecisionBetween_sameBits",
      "value of the same decision",
      c -> new ExampleLoss(c) {
        private double before;

        @Override
        public LossValue evaluate(List<RouterDecision> layers) {
          LossValue now = super.evaluate(layers);
          before += now.value();
          return new LossValue(before, now.gradients());
        }
      }),
  ANY_COEFFICIENT_TAKEN(
      "loss_coefficientNotFiniteOrNegative_refused", "IllegalArgument", c -> new ExampleLoss(c) {
        @Override
        void requireCoefficient() {}
      }),
  NO_LAYERS_TAKEN("evaluate_noLayers_throws", "IllegalArgument", c -> new ExampleLoss(c) {
    @Override
    public LossValue evaluate(List<RouterDecision> layers) {
      return layers.isEmpty() ? new LossValue(0, List.of()) : super.evaluate(layers);
    }
  });

  final String check;
  final String message;
  private final DoubleFunction<ExampleLoss> factory;

  LossMutant(String check, String message, DoubleFunction<ExampleLoss> factory) {
    this.check = check;
    this.message = message;
    this.factory = factory;
  }

  ExampleLoss loss(double coefficient) {
    return factory.apply(coefficient);
  }
}
