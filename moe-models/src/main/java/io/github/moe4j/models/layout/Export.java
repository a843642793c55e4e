package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes a layer's parameters as tensors of a checkpoint. */
final class Export {
  private Export() {}

  /** Takes a tensor of a part. */
  @FunctionalInterface
  interface Target {
    void write(LayoutPart part, Place place, INDArray array) throws IOException;
  }

  /**
   * Writes every part, after a check that they are all of the layer.
   *
   * @param layer Not modified.
   */
  static void write(Layout layout, MoeLayer layer, List<LayoutPart> parts, Target target)
      throws IOException {
    LayerArrays arrays = new LayerArrays();
    layer.parameters().forEach(arrays::put);
    layout.addState(layer, arrays);
    requireFit(layout, arrays, parts);
    for (LayoutPart part : parts) {
      part.write(
          arrays, (place, array) -> target.write(part, place, array.reshape('c', place.axes())));
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
          "the layout %s has no tensors for the parameters %s",
          layout.name(), left.stream().sorted().toList());
    }
  }
}
