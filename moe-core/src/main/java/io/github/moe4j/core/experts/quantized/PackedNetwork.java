package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
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
  /** What the projection to the output is called. */
  static final String DOWN = "down";

  private static final String WEIGHT = ".weight";

  /** A packed copy of networks. */
  static PackedNetwork of(HiddenLayer layer, WeightFormat format) {
    NamedArrays parameters = layer.parameters();
    List<String> names = parameters.names().stream()
        .filter(name -> name.endsWith(WEIGHT))
        .map(name -> name.substring(0, name.length() - WEIGHT.length()))
        .filter(name -> !name.equals(DOWN))
        .toList();
    List<PackedLinear> projections =
        names.stream().map(name -> PackedLinear.of(name, parameters, format)).toList();
    return new PackedNetwork(
        names, projections, layer.hiddenFunction(), PackedLinear.of(DOWN, parameters, format));
  }
}
