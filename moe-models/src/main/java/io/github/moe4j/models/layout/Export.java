package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.io.TensorSink;
import io.github.moe4j.core.io.TensorType;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Writes a layer's parameters as tensors of a checkpoint. */
final class Export {
  private Export() {}

  /**
   * Writes every part, after a check that they are all of the layer.
   *
   * @param layer Not modified.
   * @param type how to store a tensor of that name
   */
  static void write(
      Layout layout,
      MoeLayer layer,
      List<LayoutPart> parts,
      TensorSink sink,
      Function<String, TensorType> type)
      throws IOException {
    LayerArrays arrays = new LayerArrays();
    layer.parameters().forEach(arrays::put);
    layout.addState(layer, arrays);
    requireFit(layout, arrays, parts);
    for (LayoutPart part : parts) {
      part.write(
          arrays,
          (place, array) ->
              sink.put(place.name(), array.reshape('c', place.axes()), type.apply(place.name())));
    }
  }

  private static void requireFit(Layout layout, LayerArrays arrays, List<LayoutPart> parts) {
    Set<String> left = new HashSet<>(arrays.names());
    for (LayoutPart part : parts) {
      for (Place parameter : part.parameters()) {
        Place found = Place.of(parameter.name(), arrays.get(parameter.name()).shape());
        if (!found.equals(parameter)) {
          throw new LayoutException(
              "parameter %s must be %s but is %s",
              parameter.name(), parameter.shape(), found.shape());
        }
        left.remove(parameter.name());
      }
    }
    if (!left.isEmpty()) {
      throw new LayoutException(
          "the layout %s has no place for the parameters %s",
          layout.name(), left.stream().sorted().toList());
    }
  }
}
