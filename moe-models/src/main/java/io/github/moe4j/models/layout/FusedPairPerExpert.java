package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredWeight;
import io.github.moe4j.core.internal.Allocate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gate and up projections of each expert in one tensor, gate and up in turn.
 *
 * @param tensors one an expert, [2H,D] or a bias [2H]
 * @param kind {@code weight} or {@code bias}
 */
record FusedPairPerExpert(List<Place> tensors, String kind) implements LayoutPart {
  private static final List<String> PROJECTIONS = List.of("gate", "up");

  /**
   * Tensors by a pattern.
   *
   * @param pattern a name with {@value TensorPerExpert#INDEX} for the expert
   * @param shape of one expert
   */
  static FusedPairPerExpert of(String pattern, String kind, int experts, long... shape) {
    return new FusedPairPerExpert(
        IntStream.range(0, experts)
            .mapToObj(
                e -> Place.of(pattern.replace(TensorPerExpert.INDEX, Integer.toString(e)), shape))
            .toList(),
        kind);
  }

  @Override
  public List<Place> places() {
    return tensors;
  }

  @Override
  public List<Place> parameters() {
    List<Long> one = tensors.get(0).shape();
    List<Long> shape = new ArrayList<>(List.of((long) tensors.size(), one.get(0) / 2));
    shape.addAll(one.subList(1, one.size()));
    return PROJECTIONS.stream()
        .map(projection -> new Place("experts." + projection + "." + kind, List.copyOf(shape)))
        .toList();
  }

  @Override
  public LayoutPart ofExpert(int expert) {
    return new FusedPairPerExpert(List.of(tensors.get(expert)), kind);
  }

  @Override
  public void stored(int expert, Stored in, Map<String, StoredWeight> into) throws IOException {
    StoredMatrix matrix = in.matrix(tensors.get(expert));
    int out = Math.toIntExact(hidden());
    boolean isBias = tensors.get(0).shape().size() == 1;
    int input = isBias ? 1 : Math.toIntExact(width());
    for (int which = 0; which < 2; which++) {
      into.put(
          parameters().get(which).name(),
          isBias
              ? new StoredWeight(matrix, out, input, 0, which, 2, true)
              : new StoredWeight(matrix, out, input, which, 0, 2, false));
    }
  }

  @Override
  public void read(In in, LayerArrays into) throws IOException {
    List<Place> parameters = parameters();
    List<INDArray> stacks = new ArrayList<>();
    for (int e = 0; e < tensors.size(); e++) {
      INDArray pair = in.read(tensors.get(e)).reshape('c', 2 * hidden(), width());
      if (e == 0) {
        parameters.forEach(
            place -> stacks.add(Allocate.uninitialized(pair.dataType(), place.axes())));
      }
      for (int which = 0; which < 2; which++) {
        RowCopy.copy(pair, which, 2, rows(stacks.get(which)), e * hidden(), 1, hidden());
      }
    }
    for (int which = 0; which < 2; which++) {
      into.put(parameters.get(which).name(), stacks.get(which));
    }
  }

  @Override
  public void write(LayerArrays from, Out out) throws IOException {
    List<INDArray> stacks =
        parameters().stream().map(place -> from.get(place.name())).toList();
    for (int e = 0; e < tensors.size(); e++) {
      INDArray pair = Allocate.uninitialized(stacks.get(0).dataType(), 2 * hidden(), width());
      for (int which = 0; which < 2; which++) {
        RowCopy.copy(rows(stacks.get(which)), e * hidden(), 1, pair, which, 2, hidden());
      }
      out.write(tensors.get(e), pair.reshape('c', tensors.get(e).axes()));
    }
  }

  private long hidden() {
    return tensors.get(0).axes()[0] / 2;
  }

  /** Columns of a tensor; a bias has one. */
  private long width() {
    long[] axes = tensors.get(0).axes();
    return axes.length == 1 ? 1 : axes[1];
  }

  private INDArray rows(INDArray stack) {
    return stack.reshape('c', stack.length() / width(), width());
  }
}
