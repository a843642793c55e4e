package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredWeight;
import io.github.moe4j.core.internal.Allocate;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One tensor an expert, stacked in a parameter.
 *
 * @param tensors the tensors' names and shape, in the order of the experts
 * @param parameter the parameter's name; its shape is [E, …]
 */
record TensorPerExpert(List<Place> tensors, String parameter) implements LayoutPart {
  /** What stands for an expert's index in a name. */
  static final String INDEX = "{}";

  /**
   * Tensors by a pattern.
   *
   * @param pattern a name with {@value #INDEX} for the expert
   * @param shape of one expert, [out, in] or [out]
   */
  static TensorPerExpert of(String pattern, String parameter, int experts, long... shape) {
    return new TensorPerExpert(
        IntStream.range(0, experts)
            .mapToObj(e -> Place.of(pattern.replace(INDEX, Integer.toString(e)), shape))
            .toList(),
        parameter);
  }

  @Override
  public List<Place> places() {
    return tensors;
  }

  @Override
  public List<Place> parameters() {
    return List.of(Place.of(parameter, shape()));
  }

  @Override
  public LayoutPart ofExpert(int expert) {
    return new TensorPerExpert(List.of(tensors.get(expert)), parameter);
  }

  @Override
  public void stored(int expert, Stored in, Map<String, StoredWeight> into) throws IOException {
    Place place = tensors.get(expert);
    int out = Math.toIntExact(place.axes()[0]);
    StoredMatrix matrix = in.matrix(place);
    into.put(
        parameter,
        place.axes().length == 1
            ? new StoredWeight(matrix, out, 1, 0, 0, 1, true)
            : new StoredWeight(matrix, out, Math.toIntExact(place.axes()[1]), 0, 0, 1, false));
  }

  @Override
  public void read(In in, LayerArrays into) throws IOException {
    INDArray stack = null;
    for (int e = 0; e < tensors.size(); e++) {
      INDArray one = in.read(tensors.get(e));
      stack = stack == null ? Allocate.uninitialized(one.dataType(), shape()) : stack;
      RowCopy.copy(matrix(one), 0, 1, matrix(stack), e * rows(), 1, rows());
    }
    if (stack != null) {
      into.put(parameter, stack);
    }
  }

  @Override
  public void write(LayerArrays from, Out out) throws IOException {
    INDArray stack = from.get(parameter);
    for (int e = 0; e < tensors.size(); e++) {
      INDArray one = Allocate.uninitialized(stack.dataType(), tensors.get(e).axes());
      RowCopy.copy(matrix(stack), e * rows(), 1, matrix(one), 0, 1, rows());
      out.write(tensors.get(e), one);
    }
  }

  private long[] shape() {
    long[] one = tensors.get(0).axes();
    long[] all = new long[one.length + 1];
    all[0] = tensors.size();
    System.arraycopy(one, 0, all, 1, one.length);
    return all;
  }

  /** Rows of one expert; a bias is one row. */
  private long rows() {
    long[] one = tensors.get(0).axes();
    return one.length == 1 ? 1 : one[0];
  }

  /** The rows of all axes but the last. */
  private static INDArray matrix(INDArray array) {
    return array.reshape('c', array.length() / array.size(-1), array.size(-1));
  }
}
