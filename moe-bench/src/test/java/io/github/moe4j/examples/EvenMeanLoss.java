package io.github.moe4j.examples;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import java.util.ArrayList;
import java.util.List;

/** {@code coefficient · E · Σ_e (P_e − 1/E)²} of the mean probability P_e of each expert. */
public record EvenMeanLoss(double coefficient) implements BalanceLoss {
  /** Checks the coefficient. */
  public EvenMeanLoss {
    if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
      throw new IllegalArgumentException(
          "coefficient must be finite and at least 0 but was " + coefficient);
    }
  }

  @Override
  public String name() {
    return "even mean loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      Probabilities p = layer.requireProbabilities(name()); // [T,E]
      int[] tokens = layer.mask().validIndices(0, layer.tokens()); // without padding
      double[] dP = new double[layer.tokens() * layer.experts()]; // [T·E]
      for (int e = 0; e < layer.experts() && tokens.length > 0; e++) {
        double mean = 0;
        for (int t : tokens) {
          mean += p.get(t, e) / tokens.length;
        }
        double excess = mean - 1.0 / layer.experts();
        value += coefficient * layer.experts() * excess * excess;
        for (int t : tokens) {
          dP[t * layer.experts() + e] = coefficient * layer.experts() * 2 * excess / tokens.length;
        }
      }
      gradients.add(RoutingGradient.ofProbabilities(dP));
    }
    return LossValue.of(value, layers, gradients);
  }
}
