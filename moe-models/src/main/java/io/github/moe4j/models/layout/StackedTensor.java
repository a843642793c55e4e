package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredWeight;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A projection of all experts in one tensor.
 *
 * @param place [E,out,in], or from the right [E,in,out], or the same with the first two axes in one
 * @param side from which side code multiplies with the tensor
 * @param parameter [E,out,in]
 */
record StackedTensor(Place place, Side side, Place parameter) implements LayoutPart {
  /** A projection of E experts. */
  static StackedTensor of(
      String tensor, String parameter, Side side, long experts, long out, long in) {
    return new StackedTensor(
        side.place(tensor, experts, out, in), side, Place.of(parameter, experts, out, in));
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
    return new StackedTensor(place.ofOne(experts), side, parameter.ofOne(experts));
  }

  @Override
  public void stored(int expert, Stored in, Map<String, StoredWeight> into) throws IOException {
    int out = Math.toIntExact(parameter.axes()[1]);
    int input = Math.toIntExact(parameter.axes()[2]);
    boolean transposed = side == Side.RIGHT;
    long first = (long) expert * (transposed ? input : out);
    into.put(
        parameter.name(), new StoredWeight(in.matrix(place), out, input, first, 0, 1, transposed));
  }

  @Override
  public void read(In in, LayerArrays into) throws IOException {
    long[] axes = parameter.axes();
    long[] stored = side.place(place.name(), axes[0], axes[1], axes[2]).axes();
    into.put(parameter.name(), side.toLayer(in.read(place).reshape('c', stored)));
  }

  @Override
  public void write(LayerArrays from, Out out) throws IOException {
    out.write(place, side.toLayer(from.get(parameter.name())));
  }
}
