package io.github.moe4j.balance;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * Router z-loss: {@code coefficient · mean_t (log Σ_e exp(logit_te))²}, summed over layers (Zoph et
 * al. 2022, ST-MoE, arXiv 2202.08906, equation 5; Megatron-LM {@code z_loss_func}).
 *
 * <p>It keeps logits small rather than experts balanced. The mean runs over real tokens only; some
 * systems divide by all, so that padding changes the loss. Value at perfect balance with zero
 * logits: {@code coefficient·(ln E)²}; at total collapse with one logit a ≫ 0 and the others 0:
 * about {@code coefficient·a²}. A batch of only padding gives 0.
 *
 * @param coefficient weight of the loss, 1e-3 in the paper
 */
public record ZLoss(double coefficient) implements BalanceLoss {
  /**
   * Checks the coefficient.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ZLoss {
    Require.notNegative("coefficient", coefficient);
  }

  /** The loss with a coefficient, 1e-3 in the paper. */
  public static ZLoss of(double coefficient) {
    return new ZLoss(coefficient);
  }

  @Override
  public String name() {
    return "z-loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      Logits logits = layer.requireLogits(name());
      Probabilities p = logits.softmax(layer.mask());
      double perToken = coefficient / Math.max(1, layer.mask().validTokens());
      double[] dLogits = new double[layer.tokens() * layer.experts()];
      for (int t = 0; t < layer.tokens(); t++) {
        if (!layer.mask().valid(t)) {
          continue;
        }
        double z = logits.logSumExp(t);
        value += perToken * z * z;
        for (int e = 0; e < layer.experts(); e++) {
          dLogits[t * layer.experts() + e] = perToken * 2 * z * p.get(t, e);
        }
      }
      gradients.add(RoutingGradient.ofLogits(dLogits));
    }
    return LossValue.of(value, layers, gradients);
  }
}
