package io.github.moe4j.core.experts;

import java.util.ArrayList;
import java.util.List;

/**
 * What quantized networks of one hidden layer consist of: {@code down(function(projections of x))}.
 *
 * @param names of the projections before the hidden layer
 * @param projections before the hidden layer, of one shape
 * @param function from their values to the hidden ones
 * @param down from the hidden layer to the output
 */
record PackedNetwork(
    List<String> names,
    List<PackedLinear> projections,
    HiddenFunction function,
    PackedLinear down) {

  /** A packed copy of a network. */
  static PackedNetwork of(ExpertNetwork network, WeightFormat format) {
    List<PackedLinear> projections = new ArrayList<>();
    for (int p = 0; p < network.projections().size(); p++) {
      projections.add(
          new PackedLinear(network.names().get(p), network.projections().get(p), format));
    }
    return new PackedNetwork(
        network.names(),
        List.copyOf(projections),
        network.function(),
        new PackedLinear("down", network.down(), format));
  }
}
