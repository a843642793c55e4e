package io.github.moe4j.balance;

import io.github.moe4j.core.RoutingGradient;
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

  /** The gradient of a loss over one layer. */
  public RoutingGradient gradient() {
    if (gradients.size() != 1) {
      throw new IllegalStateException("the loss must be of 1 layer but is of " + gradients.size());
    }
    return gradients.get(0);
  }
}
