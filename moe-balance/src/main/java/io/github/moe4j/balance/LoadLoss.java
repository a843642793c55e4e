package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The load loss: {@code coefficient · CV²(load)}, the squared coefficient of variation of how many
 * tokens each expert gets, summed over layers (Shazeer et al. 2017, arXiv 1701.06538, appendix A,
 * equations 10 and 11).
 *
 * <p>{@code load_e} is the sum over real tokens of the router's selection probabilities, a smooth
 * estimate that has a gradient; {@code CV² = variance/(mean² + 1e-10)} over the E experts. Where
 * the decision has none (a router without noise, evaluation, k = E), it is the number of assignments
 * with a weight above 0: a value for logging, without gradient, as in tensor2tensor and its
 * descendants.
 *
 * <p>Value with coefficient 1 at perfect balance: 0. At total collapse, every token on one expert:
 * {@code E − 1} with {@link VarianceEstimator#POPULATION}, E with {@link VarianceEstimator#UNBIASED} (0 for E = 1);
 * with k experts per token {@code E/k − 1} and {@code (E/k − 1)·E/(E − 1)}. A batch of only
 * padding gives 0.
 *
 * @param coefficient weight of the loss, 0.1 in the paper's language model, 0.01 in tensor2tensor
 * @param variance which variance
 */
public record LoadLoss(double coefficient, VarianceEstimator variance) implements BalanceLoss {
  /**
   * Checks the coefficient.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public LoadLoss {
    Require.notNegative("coefficient", coefficient);
  }

  /** The loss with population variance, as in tensor2tensor. */
  public static LoadLoss of(double coefficient) {
    return new LoadLoss(coefficient, VarianceEstimator.POPULATION);
  }

  @Override
  public String name() {
    return "load loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      Optional<TokenScores> smooth = layer.scores(Kind.SELECTION);
      double[] load = smooth
          .map(p -> ExpertSums.of(p, layer.mask()))
          .orElseGet(() -> AssignmentSums.positive(layer.assignments()));
      SquaredVariation cv = SquaredVariation.of(load, variance);
      value += coefficient * cv.value();
      gradients.add(
          smooth.isPresent()
              ? RoutingGradient.of(Kind.SELECTION, ExpertSums.backward(cv.gradient(), layer.mask()))
                  .times(coefficient)
              : RoutingGradient.none());
    }
    return LossValue.of(value, layers, gradients);
  }
}
