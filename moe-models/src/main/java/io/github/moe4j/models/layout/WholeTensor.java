package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredWeight;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tensor that is a parameter, whose numbers may be in other axes in the same order.
 *
 * @param place the tensor
 * @param parameter the parameter, by its name and shape
 */
record WholeTensor(Place place, Place parameter) implements LayoutPart {
  /** A parameter of the tensor's own shape. */
  static WholeTensor of(String tensor, String parameter, long... shape) {
    return new WholeTensor(Place.of(tensor, shape), Place.of(parameter, shape));
  }

  /** A matrix of the checkpoint that is a stack of one matrix in the layer. */
  static WholeTensor stackOfOne(String tensor, String parameter, int rows, int columns) {
    return new WholeTensor(Place.of(tensor, rows, columns), Place.of(parameter, 1, rows, columns));
  }

  @Override
  public List<Place> places() {
    return List.of(place);
  }

  @Override
  public List<Place> parameters() {
    return List.of(parameter);
  }

  @Override
  public LayoutPart ofExpert(int expert) {
    long experts = parameter.axes()[0];
    return new WholeTensor(place.ofOne(experts), parameter.ofOne(experts));
  }

  @Override
  public void stored(int expert, Stored in, Map<String, StoredWeight> into) throws IOException {
    long[] axes = parameter.axes();
    int out = Math.toIntExact(axes[1]);
    StoredMatrix matrix = in.matrix(place);
    into.put(
        parameter.name(),
        axes.length == 2
            ? new StoredWeight(matrix, out, 1, expert, 0, 1, true)
            : new StoredWeight(
                matrix, out, Math.toIntExact(axes[2]), (long) expert * out, 0, 1, false));
  }

  @Override
  public void read(In in, LayerArrays into) throws IOException {
    INDArray array = in.read(place);
    boolean isSame = parameter.shape().equals(place.shape());
    into.put(parameter.name(), isSame ? array : array.reshape('c', parameter.axes()));
  }

  @Override
  public void write(LayerArrays from, Out out) throws IOException {
    out.write(place, from.get(parameter.name()));
  }
}
