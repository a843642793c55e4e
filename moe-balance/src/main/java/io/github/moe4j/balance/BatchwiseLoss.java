package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains the thresholds of a batchwise mask: {@code coefficient · Σ_t Σ_e (H_te − M_te)·(X_te −
 * T_e)}, summed over layers, where M is the mask of the batch, {@code H = 1} where X lies
 * above the threshold T, else 0, and both are constant for the gradient (Shazeer et al. 2017, arXiv
 * 1701.06538, appendix F, {@code L_batchwise}).
 *
 * <p>It is never below 0, and 0 where the two masks agree: it moves them towards each other, while
 * the mask of the batch itself keeps the load balanced. Value at perfect balance with scores at their
 * thresholds: 0. At total collapse, one expert above its threshold for every token and the others
 * by d below: {@code (K − 1)·T·d} for K choices per token, so 0 with K = 1. It
 * reads the decision's threshold margins. Padding adds nothing.
 *
 * @param coefficient weight of the loss; the sum grows with the number of tokens
 */
public record BatchwiseLoss(double coefficient) implements BalanceLoss {
  /**
   * Checks the coefficient.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public BatchwiseLoss {
    Require.notNegative("coefficient", coefficient);
  }

  /** The loss with a coefficient. */
  public static BatchwiseLoss of(double coefficient) {
    return new BatchwiseLoss(coefficient);
  }

  @Override
  public String name() {
    return "batchwise loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      TokenScores margins = layer
          .scores(Kind.MARGINS)
          .orElseThrow(() -> new IllegalArgumentException(
              name() + " needs router threshold margins but the router has none"));
      double[] slope = slope(layer, margins);
      for (int t = 0; t < layer.tokens(); t++) {
        for (int e = 0; e < layer.experts(); e++) {
          value += slope[t * layer.experts() + e] * margins.get(t, e);
        }
      }
      gradients.add(RoutingGradient.of(Kind.MARGINS, slope));
    }
    return LossValue.of(value, layers, gradients);
  }

  /** {@code coefficient·(H − M)} [T·E]. */
  private double[] slope(RouterDecision layer, TokenScores margins) {
    int experts = layer.experts();
    double[] slope = new double[TokenScores.size(layer.tokens(), experts)];
    for (int t = 0; t < layer.tokens(); t++) {
      for (int e = 0; layer.mask().valid(t) && e < experts; e++) {
        slope[t * experts + e] = margins.get(t, e) > 0 ? coefficient : 0;
      }
    }
    for (int n = 0; n < layer.assignments().size(); n++) {
      slope[layer.assignments().token(n) * experts + layer.assignments().expert(n)] -= coefficient;
    }
    return slope;
  }
}
