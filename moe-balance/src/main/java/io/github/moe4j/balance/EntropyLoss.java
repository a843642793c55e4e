package io.github.moe4j.balance;

import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * The entropy regularizer: {@code −coefficient · H}, summed over layers, with the entropy {@code H =
 * −Σ_e q_e ln q_e} of a distribution over the experts in nats ({@code entropy_reg} in
 * epfml/llm-baselines).
 *
 * <p>It makes the distribution more uniform. See {@link Of} for which: only the first balances load;
 * the second makes the router less confident about every token. It reads no choices.
 *
 * <p>Value with coefficient 1 at perfect balance with uniform probabilities: {@code −ln E}, the
 * minimum. At total collapse, all probability on one expert: 0. A batch of only padding gives 0.
 *
 * @param coefficient weight of the loss
 * @param of which distribution
 */
public record EntropyLoss(double coefficient, Of of) implements BalanceLoss {

  /** The distribution whose entropy is used. */
  public enum Of {
    /** That of the mean distribution over the real tokens: high when the load is balanced. */
    MEAN_DISTRIBUTION,
    /** That of each token's distribution, the mean over the real tokens. */
    EACH_TOKEN
  }

  /**
   * Checks the coefficient.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public EntropyLoss {
    Require.notNegative("coefficient", coefficient);
  }

  /** The regularizer that balances: the entropy of the mean distribution. */
  public static EntropyLoss of(double coefficient) {
    return new EntropyLoss(coefficient, Of.MEAN_DISTRIBUTION);
  }

  @Override
  public String name() {
    return "entropy loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      Probabilities p = layer.requireProbabilities(name());
      int tokens = layer.mask().validTokens();
      double[] dP;
      if (tokens == 0) {
        dP = new double[TokenScores.size(layer.tokens(), layer.experts())];
      } else if (of == Of.EACH_TOKEN) {
        for (int t = 0; t < layer.tokens(); t++) {
          value -= coefficient * p.entropy(t) / tokens;
        }
        dP = slopes(p, layer);
      } else {
        double[] mean = ExpertSums.of(p, layer.mask());
        for (int e = 0; e < mean.length; e++) {
          mean[e] /= tokens;
          value += coefficient * timesLog(mean[e]);
          mean[e] = coefficient * slope(mean[e]) / tokens;
        }
        dP = ExpertSums.backward(mean, layer.mask());
      }
      gradients.add(RoutingGradient.ofProbabilities(dP));
    }
    return LossValue.of(value, layers, gradients);
  }

  private double[] slopes(Probabilities p, RouterDecision layer) {
    int tokens = layer.mask().validTokens();
    double[] dP = p.toArray();
    for (int i = 0; i < dP.length; i++) {
      dP[i] = coefficient * slope(dP[i]) / tokens;
    }
    return dP;
  }

  private static double timesLog(double q) {
    return q == 0 ? 0 : q * StrictMath.log(q);
  }

  /** The derivative of q ln q; 0 at 0, where a softmax propagates no gradient, and for padding. */
  private static double slope(double q) {
    return q == 0 ? 0 : StrictMath.log(q) + 1;
  }
}
