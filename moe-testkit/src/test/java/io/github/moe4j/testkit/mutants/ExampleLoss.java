package io.github.moe4j.testkit.mutants;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code coefficient · E · Σ_e P_e²} of the mean probabilities of each layer, in steps that a mutant replaces: 1 at
 * perfect balance, E at total collapse.
 */
class ExampleLoss implements BalanceLoss {
  final double coefficient;

  ExampleLoss(double coefficient) {
    this.coefficient = coefficient;
    requireCoefficient();
  }

  void requireCoefficient() {
    if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
      throw new IllegalArgumentException(
          "coefficient must be finite and at least 0 but was " + coefficient);
    }
  }

  @Override
  public String name() {
    return "example loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (RouterDecision layer : layers) {
      int[] tokens = tokens(layer.mask());
      Probabilities p = layer.requireProbabilities(name());
      double[] dP = new double[layer.tokens() * layer.experts()];
      for (int e = 0; e < layer.experts(); e++) {
        double mean = mean(p, tokens, e);
        value += coefficient * factor(e, layer.experts()) * mean * mean;
        for (int t : tokens) {
          dP[t * layer.experts() + e] =
              slope(mean) * coefficient * factor(e, layer.experts()) / tokens.length;
        }
      }
      gradients.add(RoutingGradient.ofProbabilities(dP));
    }
    return LossValue.of(value, layers, gradients);
  }

  int[] tokens(TokenMask mask) {
    return mask.validIndices(0, mask.tokens());
  }

  double mean(Probabilities p, int[] tokens, int e) {
    double sum = 0;
    for (int t : tokens) {
      sum += p.get(t, e);
    }
    return tokens.length == 0 ? 0 : sum / tokens.length;
  }

  double factor(int expert, int experts) {
    return experts;
  }

  double slope(double mean) {
    return 2 * mean;
  }
}
