package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.RowWindow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One projection of all experts with packed weights: {@code y = x·Ŵ[e]ᵀ + b[e]} on blocks of rows.
 */
final class PackedLinear {
  /** Inputs whose weights are float32 at the same time, for products of many rows. */
  static final int MOST_INPUTS = 256;

  private final PackedMatrix[] weights;
  private final float @Nullable [][] bias;

  private PackedLinear(PackedMatrix[] weights, float @Nullable [][] bias) {
    this.weights = weights;
    this.bias = bias;
  }

  private static PackedLinear pack(
      String name, INDArray weight, @Nullable INDArray bias, WeightPacker packer) {
    int out = Math.toIntExact(weight.size(1));
    int in = Math.toIntExact(weight.size(2));
    float[][] experts = read(weight);
    PackedMatrix[] weights = new PackedMatrix[experts.length];
    for (int e = 0; e < experts.length; e++) {
      weights[e] = packer.pack(name, experts[e], out, in);
    }
    return new PackedLinear(weights, bias == null ? null : read(bias));
  }

  /**
   * A packed copy.
   *
   * @param parameters hold {@code name.weight} [E,out,in] in float32, with finite weights, and {@code
   *     name.bias} [E,out] if there is one. Not modified, not kept.
   */
  static PackedLinear of(String name, NamedArrays parameters, WeightPacker packer) {
    INDArray weight = parameters.get(name + ".weight");
    Require.type(name + ".weight", weight, DataType.FLOAT);
    String bias = name + ".bias";
    return pack(
        name, weight, parameters.names().contains(bias) ? parameters.get(bias) : null, packer);
  }

  /** A packed copy of a projection of one expert that is stored. */
  static PackedLinear of(String name, StoredExpert expert, WeightFormat format) {
    StoredWeight weight = expert.weight(name);
    PackedMatrix packed = format.pack(weight.toArray(), weight.out(), weight.in());
    float[] bias = expert.bias(name);
    return new PackedLinear(
        new PackedMatrix[] {packed}, bias == null ? null : new float[][] {bias});
  }

  /** These experts, then others of the same shapes. */
  PackedLinear then(PackedLinear more) {
    float[][] both = bias == null || more.bias == null ? null : join(bias, more.bias);
    return new PackedLinear(join(weights, more.weights), both);
  }

  private static <T> T[] join(T[] first, T[] second) {
    T[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** What an array holds of each expert [E,…]. */
  private static float[][] read(INDArray array) {
    Rows rows = Rows.of(array);
    float[][] values = new float[Math.toIntExact(rows.rows())][rows.width()];
    for (int e = 0; e < values.length; e++) {
      rows.read(e, values[e]);
    }
    return values;
  }

  int experts() {
    return weights.length;
  }

  int in() {
    return weights[0].in();
  }

  int out() {
    return weights[0].out();
  }

  long bytes() {
    long sum = bias == null ? 0 : (long) experts() * out() * Float.BYTES;
    for (PackedMatrix weight : weights) {
      sum += weight.bytes();
    }
    return sum;
  }

  /** The weights that products are made with, as a new array [E,out,in]. */
  INDArray unpacked() {
    INDArray array = Allocate.uninitialized(DataType.FLOAT, (long) experts() * out(), in());
    Rows target = Rows.of(array);
    for (int e = 0; e < experts(); e++) {
      unpack(e, target, (long) e * out());
    }
    return array.reshape(experts(), out(), in());
  }

  /**
   * The weight of one expert.
   *
   * @param target float32 rows [·,in]. Modified: {@code out} of them from {@code first} on are overwritten.
   */
  void unpack(int expert, Rows target, long first) {
    PackedRoom room = new PackedRoom(out(), 1);
    float[] ofInput = new float[out()];
    float[][] weight = new float[out()][in()];
    for (int d = 0; d < in(); d++) {
      weights[expert].unpack(d, ofInput, room);
      for (int o = 0; o < out(); o++) {
        weight[o][d] = ofInput[o];
      }
    }
    for (int o = 0; o < out(); o++) {
      target.write(first + o, weight[o]);
    }
  }

  /** The bias of an expert, not to be modified; null if there is none. */
  float @Nullable [] bias(int expert) {
    return bias == null ? null : bias[expert];
  }

  /**
   * Projects few rows of one expert.
   *
   * @param x at least {@code rows} rows [in]. Not modified.
   * @param y as many rows [out]. Modified: overwritten.
   */
  void few(int expert, int rows, float[][] x, float[][] y, PackedRoom room) {
    weights[expert].multiply(rows, x, y, room);
    if (bias != null) {
      for (int r = 0; r < rows; r++) {
        add(bias[expert], y[r]);
      }
    }
  }

  /**
   * Projects many rows of one expert, by BLAS with some inputs after others.
   *
   * @param x [n,in]. Not modified.
   * @param y [n,out]. Modified: overwritten.
   * @param scratch for the weights of {@link #MOST_INPUTS} inputs [·,out]. Modified.
   */
  void many(int expert, RowWindow x, RowWindow y, INDArray scratch, PackedRoom room) {
    Rows target = Rows.of(scratch);
    Matrix inputs = Matrix.of(scratch);
    float[] row = new float[out()];
    for (int from = 0; from < in(); from += MOST_INPUTS) {
      int to = Math.min(in(), from + MOST_INPUTS);
      for (int d = from; d < to; d++) {
        weights[expert].unpack(d, row, room);
        target.write(d - from, row);
      }
      Matrix part = x.matrix().columns(from, to);
      Gemm.multiply(part, false, inputs.rows(0, to - from), false, from == 0 ? 0 : 1, y.matrix());
    }
    if (bias != null) {
      for (int r = y.from(); r < y.to(); r++) {
        y.rows().read(r, row);
        add(bias[expert], row);
        y.rows().write(r, row);
      }
    }
  }

  private static void add(float[] bias, float[] y) {
    for (int i = 0; i < bias.length; i++) {
      y[i] += bias[i];
    }
  }
}
