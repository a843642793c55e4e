package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredWeight;
import io.github.moe4j.core.internal.Allocate;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gate and up projections of all experts, or of one, in one tensor.
 *
 * @param place [E,2H,D]; from the right [E,D,2H]; a bias [E,2H]; of one expert [2H,D]
 * @param experts what the parameters begin with
 * @param order how the rows of gate and up follow each other
 * @param side from which side code multiplies with the tensor
 * @param kind {@code weight} or {@code bias}
 */
record FusedPair(Place place, String experts, Order order, Side side, String kind)
    implements LayoutPart {
  /** How the rows of two projections follow each other. */
  enum Order {
    /** All of gate, then all of up. */
    HALVES,
    /** Gate, up, gate, up …. */
    IN_TURN
  }

  /** The weights of E experts. */
  static FusedPair weights(String tensor, BlockSizes sizes, Order order, Side side) {
    return new FusedPair(
        side.place(tensor, sizes.experts(), 2 * sizes.hidden(), sizes.width()),
        "experts.",
        order,
        side,
        "weight");
  }

  /** The biases of E experts. */
  static FusedPair biases(String tensor, BlockSizes sizes, Order order) {
    Place place = Place.of(tensor, sizes.experts(), 2L * sizes.hidden());
    return new FusedPair(place, "experts.", order, Side.LEFT, "bias");
  }

  /** The weights of the shared expert, in halves. */
  static FusedPair shared(String tensor, int width, int hidden) {
    return new FusedPair(
        Place.of(tensor, 2L * hidden, width), "shared.network.", Order.HALVES, Side.LEFT, "weight");
  }

  @Override
  public List<Place> places() {
    return List.of(place);
  }

  @Override
  public List<Place> parameters() {
    long[] half = layerShape();
    half[1] /= 2;
    return List.of(
        Place.of(experts + "gate." + kind, half), Place.of(experts + "up." + kind, half));
  }

  /** The shape of the tensor as if it were multiplied from the left. */
  private long[] layerShape() {
    long[] shape = place.axes();
    if (shape.length == 2 && kind.equals("weight")) {
      return new long[] {1, shape[0], shape[1]};
    }
    return side == Side.LEFT ? shape : new long[] {shape[0], shape[2], shape[1]};
  }

  @Override
  public LayoutPart ofExpert(int expert) {
    return new FusedPair(place.ofOne(layerShape()[0]), experts, order, side, kind);
  }

  @Override
  public void stored(int expert, Stored in, Map<String, StoredWeight> into) throws IOException {
    StoredMatrix matrix = in.matrix(place);
    boolean isBias = kind.equals("bias");
    boolean transposed = isBias || side == Side.RIGHT;
    boolean halves = order == Order.HALVES;
    for (int which = 0; which < 2; which++) {
      Place half = parameters().get(which);
      int out = Math.toIntExact(half.axes()[1]);
      int input = isBias ? 1 : Math.toIntExact(half.axes()[2]);
      int begin = halves ? which * out : which;
      long row = (long) expert * (transposed ? input : 2 * out) + (transposed ? 0 : begin);
      int column = transposed ? begin : 0;
      into.put(
          half.name(),
          new StoredWeight(matrix, out, input, row, column, halves ? 1 : 2, transposed));
    }
  }

  @Override
  public void read(In in, LayerArrays into) throws IOException {
    INDArray both = side.toLayer(in.read(place));
    List<Place> halves = parameters();
    for (int which = 0; which < 2; which++) {
      Place half = halves.get(which);
      INDArray one = Allocate.uninitialized(both.dataType(), half.axes());
      copy(both, one, which, true);
      into.put(half.name(), one);
    }
  }

  @Override
  public void write(LayerArrays from, Out out) throws IOException {
    List<Place> halves = parameters();
    INDArray both = Allocate.uninitialized(from.get(halves.get(0).name()).dataType(), layerShape());
    for (int which = 0; which < 2; which++) {
      copy(both, from.get(halves.get(which).name()), which, false);
    }
    out.write(place, side.toLayer(both));
  }

  /** Copies the first or second projection out of the pair, or into it. */
  private void copy(INDArray both, INDArray one, int which, boolean outOf) {
    long experts = one.size(0);
    long hidden = one.size(1);
    long width = one.length() / experts / hidden;
    INDArray pair = both.reshape('c', experts * 2 * hidden, width);
    INDArray single = one.reshape('c', experts * hidden, width);
    boolean halves = order == Order.HALVES;
    int stride = halves ? 1 : 2;
    for (long e = 0; e < experts; e++) {
      long inPair = 2 * e * hidden + which * (halves ? hidden : 1);
      if (outOf) {
        RowCopy.copy(pair, inPair, stride, single, e * hidden, 1, hidden);
      } else {
        RowCopy.copy(single, e * hidden, 1, pair, inPair, stride, hidden);
      }
    }
  }
}
