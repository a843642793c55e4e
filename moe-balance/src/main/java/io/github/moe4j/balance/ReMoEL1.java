package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * ReMoE's regularization: an L1 penalty on the weights of a ReLU router that is larger for heavily
 * used experts, {@code coefficient · E/(T²·k) · Σ_e n_e·Σ_t w_te}, summed over layers (Wang et al.
 * 2024, arXiv 2412.14711; {@code l1_reg_load_balancing} in thu-ml/ReMoE).
 *
 * <p>T is the number of real tokens and {@code n_e} that of the tokens expert e takes, those with a
 * weight above 0, a constant for the gradient. Every weight is pushed down, so tokens get fewer
 * experts; their number is controlled by changing the coefficient between steps. It needs routers whose
 * weights are at least 0.
 *
 * <p>Value with coefficient 1 at perfect balance, with k experts per token of weight w each: {@code
 * k·w}. At total collapse, one expert taking all tokens with weight w: {@code E·w/k}. A batch of
 * only padding gives 0.
 *
 * @param coefficient weight of the loss
 * @param k target number of experts per token, at least 1
 */
public record ReMoEL1(double coefficient, int k) implements BalanceLoss {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ReMoEL1 {
    Require.notNegative("coefficient", coefficient);
    Require.positive("k", k);
  }

  /** The loss for k experts per token. */
  public static ReMoEL1 of(double coefficient, int k) {
    return new ReMoEL1(coefficient, k);
  }

  @Override
  public String name() {
    return "ReMoE L1";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      double tokens = Math.max(1, layer.mask().validTokens());
      double factor = coefficient * layer.experts() / (tokens * tokens * k);
      double[] weights = AssignmentSums.weights(layer.assignments());
      double[] slope = AssignmentSums.positive(layer.assignments());
      Arrays.setAll(slope, e -> factor * slope[e]);
      for (int e = 0; e < slope.length; e++) {
        value += slope[e] * weights[e];
      }
      gradients.add(RoutingGradient.ofWeights(AssignmentSums.spread(slope, layer.assignments())));
    }
    return LossValue.of(value, layers, gradients);
  }
}
