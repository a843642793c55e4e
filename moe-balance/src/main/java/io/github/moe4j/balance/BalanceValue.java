package io.github.moe4j.balance;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The losses of a {@link Balancer} for one micro-batch.
 *
 * @param total value and gradients of all losses together
 * @param terms contribution of each loss, coefficient included, by name in order
 */
public record BalanceValue(LossValue total, Map<String, Double> terms) {
  /** Copies the terms. */
  public BalanceValue {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /** The value of all losses together. */
  public double value() {
    return total.value();
  }
}
