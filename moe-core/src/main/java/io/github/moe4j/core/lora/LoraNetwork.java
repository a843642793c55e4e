package io.github.moe4j.core.lora;

import io.github.moe4j.core.internal.experts.HiddenFunction;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What adapted networks consist of: {@code down(function(projections of x))}.
 *
 * @param projections before the hidden layer
 * @param function from their values to the hidden ones
 * @param down from the hidden layer to the output
 * @param hiddenDropout rate of hidden values dropped in training, as in the networks without adapters
 * @param dropout rate of adapters' inputs
 * @param type of rows
 */
record LoraNetwork(
    List<LoraLinear> projections,
    HiddenFunction function,
    LoraLinear down,
    double hiddenDropout,
    double dropout,
    DataType type) {
  /** Numbers in a weight of one expert: the same for all projections. */
  long weightLength() {
    return (long) down.base().out() * down.base().in();
  }
}
