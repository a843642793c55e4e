package io.github.moe4j.models.layout;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads the parts of a block that is too large to be read at once.
 *
 * @param parts of the block, whose tensors all exist
 */
record BlockReader(List<LayoutPart> parts, StoredTensors tensors) {
  /** The parts of the experts' networks. */
  List<LayoutPart> ofExperts() {
    return parts.stream().filter(LayoutPart::isOfExperts).toList();
  }

  /** Experts that have weights. */
  int experts() {
    return Math.toIntExact(ofExperts().get(0).parameters().get(0).shape().get(0));
  }

  /** Adds the arrays of one expert, each a stack of one. */
  void readExpert(int expert, DataType type, LayerArrays into) throws IOException {
    for (LayoutPart part : ofExperts()) {
      part.ofExpert(expert).read(place -> slice(place, expert, type), into);
    }
  }

  /** Adds the arrays of the router. */
  void readRouter(DataType type, LayerArrays into) throws IOException {
    for (LayoutPart part : parts) {
      if (part.parameters().stream().allMatch(place -> place.name().startsWith("router."))) {
        part.read(place -> tensors.get(place).read(type), into);
      }
    }
  }

  /** A tensor of one expert, or its part of a tensor of all. */
  private INDArray slice(Place place, int expert, DataType type) throws IOException {
    StoredTensor tensor = tensors.get(place);
    long rows = place.shape().get(0);
    return Arrays.equals(tensor.shape(), place.axes())
        ? tensor.read(type)
        : tensor.read(type, expert * rows, rows);
  }
}
