package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A loss and its gradient, coefficient included.
 *
 * @param value the loss
 * @param gradients gradient with respect to the decision of each layer, in their order
 */
public record LossValue(double value, List<RoutingGradient> gradients) {
  /** Copies the list. */
  public LossValue {
    gradients = List.copyOf(gradients);
  }

  /**
   * A loss and its gradients, each bound to the decision that it was computed from: passes of
   * other decisions reject it.
   *
   * @param layers the decisions passed to {@link BalanceLoss#evaluate(List)}, at least one
   * @param gradients with respect to each, in their order
   * @throws IllegalArgumentException if there are no layers, or if the numbers of layers and gradients differ
   */
  public static LossValue of(
      double value, List<RouterDecision> layers, List<RoutingGradient> gradients) {
    Require.that(!layers.isEmpty(), "a loss needs at least one layer but had none");
    Require.that(
        layers.size() == gradients.size(),
        "there must be one gradient per layer: %d != %d",
        layers.size(),
        gradients.size());
    List<RoutingGradient> bound = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      bound.add(gradients.get(l).boundTo(layers.get(l)));
    }
    return new LossValue(value, bound);
  }

  /** Nothing: value 0, and a gradient of zero for each layer. */
  static LossValue zero(int layers) {
    return new LossValue(0, Collections.nCopies(layers, RoutingGradient.none()));
  }

  /** The same loss with gradients {@linkplain RoutingGradient#unbound bound to no decision}. */
  public LossValue unbound() {
    return new LossValue(value, gradients.stream().map(RoutingGradient::unbound).toList());
  }

  /** Value and gradients times a factor. */
  public LossValue times(double factor) {
    return new LossValue(
        value * factor, gradients.stream().map(g -> g.times(factor)).toList());
  }

  /**
   * The sum of two losses over the same layers.
   *
   * @throws IllegalArgumentException if the numbers of layers differ
   */
  public LossValue plus(LossValue other) {
    Require.that(
        gradients.size() == other.gradients.size(),
        "losses must have the same number of layers: %d != %d",
        gradients.size(),
        other.gradients.size());
    List<RoutingGradient> sums = new ArrayList<>();
    for (int l = 0; l < gradients.size(); l++) {
      sums.add(gradients.get(l).plus(other.gradients.get(l)));
    }
    return new LossValue(value + other.value, sums);
  }

  /**
   * The gradient of a loss over one layer.
   *
   * @throws IllegalStateException if the loss covers several layers
   */
  public RoutingGradient gradient() {
    if (gradients.size() != 1) {
      throw new IllegalStateException("the loss must be of 1 layer but was of " + gradients.size());
    }
    return gradients.get(0);
  }
}
