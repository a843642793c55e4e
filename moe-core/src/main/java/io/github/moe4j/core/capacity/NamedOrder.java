package io.github.moe4j.core.capacity;

import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;

/**
 * An order whose text is its name.
 *
 * @param text such as {@code by-weight}
 * @param order of the assignments
 */
record NamedOrder(String text, DropOrder order) implements DropOrder {
  @Override
  public int[] order(RouterDecision decision, PassMode mode) {
    return order.order(decision, mode);
  }

  @Override
  public String toString() {
    return text;
  }
}
