package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredWeight;
import io.github.moe4j.core.io.TensorType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How tensors of a checkpoint and parameters of a layer are made of each other. */
interface LayoutPart {
  /** The tensors, in the order in which they are read and written. */
  List<Place> places();

  /** The parameters, by their names and shapes in the layer. */
  List<Place> parameters();

  /**
   * The type in which a new checkpoint keeps the tensors.
   *
   * @param type of weights
   */
  default TensorType storedAs(TensorType type) {
    return type;
  }

  /**
   * The same of one expert alone, with parameters of one expert.
   *
   * @param expert its number
   */
  default LayoutPart ofExpert(int expert) {
    throw new UnsupportedOperationException(parameters() + " are not of experts");
  }

  /**
   * Where the parameters of one expert are stored.
   *
   * @param expert its number
   * @param in the stored tensors
   * @param into Modified: the parameters are added by their names.
   */
  default void stored(int expert, Stored in, Map<String, StoredWeight> into) throws IOException {
    throw new UnsupportedOperationException(parameters() + " are not of experts");
  }

  /** Whether the parameters are those of routed experts, not of what is before them all. */
  default boolean isOfExperts() {
    return parameters().stream()
        .allMatch(place -> place.name().startsWith("experts.") && place.shape().size() > 1);
  }

  /** Reads the tensors and adds the parameters. */
  void read(In in, LayerArrays into) throws IOException;

  /** Writes the tensors. */
  void write(LayerArrays from, Out out) throws IOException;

  /** The way to the tensors of a checkpoint. */
  @FunctionalInterface
  interface In {
    /**
     * A copy of a tensor of the right shape, contiguous in c order; of one expert if the place is that of one of a
     * stack.
     */
    INDArray read(Place place) throws IOException;
  }

  /** The way to tensors that stay where they are stored. */
  @FunctionalInterface
  interface Stored {
    /** A tensor of all experts that are in it, as a matrix of its last axis. */
    StoredMatrix matrix(Place place) throws IOException;
  }

  /** The way into a checkpoint. */
  @FunctionalInterface
  interface Out {
    /**
     * Writes a tensor.
     *
     * @param array as many numbers as the place holds, in c order. Not modified.
     */
    void write(Place place, INDArray array) throws IOException;
  }
}
