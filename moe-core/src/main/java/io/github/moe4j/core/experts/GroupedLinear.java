package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Parameters;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One linear projection an expert: {@code y[block e] = x[block e]·W[e]ᵀ + b[e]} on row blocks, one
 * GEMM for each expert that has rows.
 */
final class GroupedLinear {
  private final INDArray weight;
  private final @Nullable INDArray bias;
  private final INDArray[] weightOf;

  /**
   * A projection over live parameters.
   *
   * @param weight [E,out,in]. Kept.
   * @param bias [E,out] or null. Kept.
   */
  GroupedLinear(String name, INDArray weight, @Nullable INDArray bias) {
    Require.shape(name + ".weight", weight, -1, -1, -1);
    if (bias != null) {
      Require.shape(name + ".bias", bias, weight.size(0), weight.size(1));
      Require.type(name + ".bias", bias, weight.dataType());
    }
    this.weight = weight;
    this.bias = bias;
    this.weightOf = new INDArray[experts()];
    for (int e = 0; e < weightOf.length; e++) {
      weightOf[e] = Gemm.slice(weight, e);
    }
  }

  /** What becomes of one array, {@code name.weight} or {@code name.bias}. */
  @FunctionalInterface
  interface ArrayChange {
    /** The array that takes its place. Not modified. */
    INDArray apply(String name, INDArray array);
  }

  /** A new projection [E,H,D], its weight drawn from the generator, its bias zero. */
  static GroupedLinear toHidden(String name, ExpertOptions options, RandomGenerator random) {
    return draw(name, options, random, options.hiddenWidth(), options.modelWidth());
  }

  /** A new projection [E,D,H], its weight drawn from the generator, its bias zero. */
  static GroupedLinear fromHidden(String name, ExpertOptions options, RandomGenerator random) {
    return draw(name, options, random, options.modelWidth(), options.hiddenWidth());
  }

  private static GroupedLinear draw(
      String name, ExpertOptions options, RandomGenerator random, int out, int in) {
    int experts = options.experts();
    INDArray weight = options.initializer().create(options.dataType(), random, experts, out, in);
    INDArray bias = options.biases() ? Allocate.zeros(options.dataType(), experts, out) : null;
    return new GroupedLinear(name, weight, bias);
  }

  /** The projection over changed arrays. */
  GroupedLinear withArrays(String name, ArrayChange change) {
    return new GroupedLinear(
        name,
        change.apply(name + ".weight", weight),
        bias == null ? null : change.apply(name + ".bias", bias));
  }

  int experts() {
    return Math.toIntExact(weight.size(0));
  }

  int out() {
    return Math.toIntExact(weight.size(1));
  }

  int in() {
    return Math.toIntExact(weight.size(2));
  }

  /** Throws unless this projection up and the other down make a network of one hidden layer. */
  void requireFits(GroupedLinear down) {
    Require.that(
        experts() == down.experts() && in() == down.out() && out() == down.in(),
        "up [%d, %d, %d] and down [%d, %d, %d] must fit together",
        experts(),
        out(),
        in(),
        down.experts(),
        down.out(),
        down.in());
  }

  void addTo(Parameters.Builder parameters, String name) {
    parameters.add(name + ".weight", weight);
    if (bias != null) {
      parameters.add(name + ".bias", bias);
    }
  }

  /** Projects rows [R,in] into new rows [R,out] of the scope. */
  INDArray forward(INDArray x, int[] start, Arena.Scope scope) {
    INDArray y = scope.take(x.dataType(), x.size(0), out());
    for (int e = 0; e < experts(); e++) {
      if (start[e] < start[e + 1]) {
        INDArray block = Gemm.rows(x, start[e], start[e + 1]);
        Gemm.multiply(block, false, weightOf[e], true, 0, Gemm.rows(y, start[e], start[e + 1]));
      }
    }
    if (bias != null && !y.isEmpty()) {
      addBias(y, start, bias);
    }
    return y;
  }

  private static void addBias(INDArray y, int[] start, INDArray bias) {
    Rows rows = Rows.of(y);
    Rows biases = Rows.of(bias);
    double[] row = new double[rows.width()];
    double[] add = new double[rows.width()];
    for (int e = 0; e + 1 < start.length; e++) {
      biases.read(e, add);
      for (int r = start[e]; r < start[e + 1]; r++) {
        rows.read(r, row);
        for (int i = 0; i < row.length; i++) {
          row[i] += add[i];
        }
        rows.write(r, row);
      }
    }
  }

  /**
   * Adds the gradients of x, weight and bias.
   *
   * @param dy [R,out]. Not modified.
   * @param x the rows of the forward pass [R,in]. Not modified.
   * @param dx [R,in]. Modified.
   * @param into gradients that hold {@code name.weight} and {@code name.bias}. Modified.
   */
  void backward(INDArray dy, INDArray x, int[] start, INDArray dx, Gradients into, String name) {
    INDArray dWeight = into.get(name + ".weight");
    for (int e = 0; e < experts(); e++) {
      if (start[e] < start[e + 1]) {
        INDArray dyBlock = Gemm.rows(dy, start[e], start[e + 1]);
        INDArray xBlock = Gemm.rows(x, start[e], start[e + 1]);
        INDArray dxBlock = Gemm.rows(dx, start[e], start[e + 1]);
        Gemm.multiply(dyBlock, false, weightOf[e], false, 1, dxBlock);
        Gemm.multiply(dyBlock, true, xBlock, false, 1, Gemm.slice(dWeight, e));
      }
    }
    if (bias != null && !dy.isEmpty()) {
      addBiasGradient(dy, start, into.get(name + ".bias"));
    }
  }

  private static void addBiasGradient(INDArray dy, int[] start, INDArray dBias) {
    Rows rows = Rows.of(dy);
    Rows biases = Rows.of(dBias);
    double[] row = new double[rows.width()];
    double[] sum = new double[rows.width()];
    for (int e = 0; e + 1 < start.length; e++) {
      if (start[e] == start[e + 1]) {
        continue;
      }
      biases.read(e, sum);
      for (int r = start[e]; r < start[e + 1]; r++) {
        rows.read(r, row);
        for (int i = 0; i < row.length; i++) {
          sum[i] += row[i];
        }
      }
      biases.write(e, sum);
    }
  }
}
