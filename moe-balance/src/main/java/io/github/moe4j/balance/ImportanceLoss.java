package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * The importance loss: {@code coefficient · CV²(importance)}, the squared coefficient of variation
 * of the importance of the experts, summed over layers (Shazeer et al. 2017, arXiv 1701.06538,
 * equations 6 and 7).
 *
 * <p>{@code CV² = variance/(mean² + 1e-10)} over the E experts. For the definition of
 * importance see {@link Source}; the paper combines it with {@link LoadLoss}, since experts of equal
 * importance may get few tokens of large weight or many of small.
 *
 * <p>Value with coefficient 1 at perfect balance: 0. At total collapse, everything on one expert:
 * {@code E − 1} with {@link VarianceEstimator#POPULATION}, E with {@link VarianceEstimator#UNBIASED} (0 for E = 1). A
 * batch of only padding gives 0.
 *
 * @param coefficient weight of the loss, 0.1 in the paper's language model, 0.01 in tensor2tensor
 * @param variance which variance
 * @param source definition of importance
 */
public record ImportanceLoss(double coefficient, VarianceEstimator variance, Source source)
    implements BalanceLoss {

  /** The quantity whose sum over the real tokens is an expert's importance. */
  public enum Source {
    /**
     * The weights of its assignments, before dropping (the paper, tensor2tensor, davidmrau's
     * mixture-of-experts, FastMoE).
     */
    WEIGHTS,
    /** Its probability in the full distribution (V-MoE, Tutel). */
    PROBABILITIES
  }

  /**
   * Checks the coefficient.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ImportanceLoss {
    Require.notNegative("coefficient", coefficient);
  }

  /** The loss over assignment weights with population variance, as in tensor2tensor. */
  public static ImportanceLoss of(double coefficient) {
    return new ImportanceLoss(coefficient, VarianceEstimator.POPULATION, Source.WEIGHTS);
  }

  /** The loss over the full distribution. */
  public static ImportanceLoss ofProbabilities(double coefficient, VarianceEstimator variance) {
    return new ImportanceLoss(coefficient, variance, Source.PROBABILITIES);
  }

  @Override
  public String name() {
    return "importance loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      boolean weights = source == Source.WEIGHTS;
      double[] importance = weights
          ? AssignmentSums.weights(layer.assignments())
          : ExpertSums.of(layer.requireProbabilities(name()), layer.mask());
      SquaredVariation cv = SquaredVariation.of(importance, variance);
      value += coefficient * cv.value();
      RoutingGradient gradient = weights
          ? RoutingGradient.ofWeights(AssignmentSums.spread(cv.gradient(), layer.assignments()))
          : RoutingGradient.ofProbabilities(ExpertSums.backward(cv.gradient(), layer.mask()));
      gradients.add(gradient.times(coefficient));
    }
    return LossValue.of(value, layers, gradients);
  }
}
