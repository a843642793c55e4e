package io.github.moe4j.lab;

import io.github.moe4j.core.NamedArrays;

/**
 * How many parameters a model has.
 *
 * @param others of the parts that process every token
 * @param experts of routed experts
 */
record ParameterCounts(long others, long experts) {

  /** Counts by name: those of routed experts have a part {@code experts} in theirs. */
  static ParameterCounts of(NamedArrays parameters) {
    long[] sum = {0, 0};
    parameters.forEach(
        (name, array) -> sum[("." + name).contains(".experts.") ? 1 : 0] += array.length());
    return new ParameterCounts(sum[0], sum[1]);
  }

  long all() {
    return others + experts;
  }

  /** Active parameters per token; of the experts, as many as a token chooses on average. */
  long active(UseCounter use) {
    return others + Math.round(experts * use.choices() / Math.max(1, use.experts()));
  }
}
