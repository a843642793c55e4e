package io.github.moe4j.core.capacity;

/**
 * A formula whose text is the call that makes it.
 *
 * @param text such as {@code megatron(2, 1.25)}
 * @param formula computes the limit
 */
record NamedFormula(String text, CapacityFormula formula) implements CapacityFormula {
  @Override
  public int limit(CapacityDemand demand) {
    return formula.limit(demand);
  }

  @Override
  public String toString() {
    return text;
  }
}
