package io.github.moe4j.core.experts;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Parameters;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One linear projection an expert: {@code y = x·W[e]ᵀ + b[e]} on blocks of rows, one GEMM a block.
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

  /**
   * Projects the rows of a block.
   *
   * @param x [R,in]. Not modified.
   * @param y [R,out]. Modified: the rows of the block are overwritten.
   */
  void forward(RowBlock block, INDArray x, INDArray y) {
    INDArray rows = block.of(y);
    if (block.isVector()) {
      Gemm.multiplyRow(block.of(x), weightOf[block.expert()], rows);
    } else {
      Gemm.multiply(block.of(x), false, weightOf[block.expert()], true, 0, rows);
    }
    if (bias != null) {
      double[] add = row(bias, block.expert());
      RowMap.applyHere(List.of(rows), List.of(rows), (r, in, out) -> {
        for (int i = 0; i < add.length; i++) {
          out[0][i] = in[0][i] + add[i];
        }
      });
    }
  }

  private static double[] row(INDArray matrix, int index) {
    Rows rows = Rows.of(matrix);
    double[] row = new double[rows.width()];
    rows.read(index, row);
    return row;
  }

  /**
   * The gradient of the rows of a block: {@code dx = dy·W + keep·dx}.
   *
   * @param dy [R,out]. Not modified.
   * @param keep 1 to add to dx, 0 to overwrite it
   * @param dx [R,in]. Modified in the rows of the block.
   */
  void backward(RowBlock block, INDArray dy, double keep, INDArray dx) {
    Gemm.multiply(block.of(dy), false, weightOf[block.expert()], false, keep, block.of(dx));
  }

  /**
   * Adds the gradients of weight and bias of one expert, all its rows at once so that sums have one
   * order.
   *
   * @param rows all rows of the expert
   * @param dy [R,out]. Not modified.
   * @param x the rows of the forward pass [R,in]. Not modified.
   * @param into gradients that hold {@code name.weight} and {@code name.bias}. Modified.
   */
  void addWeightGradients(RowBlock rows, INDArray dy, INDArray x, Gradients into, String name) {
    INDArray dyRows = rows.of(dy);
    INDArray dWeight = Gemm.slice(into.get(name + ".weight"), rows.expert());
    Gemm.multiply(dyRows, true, rows.of(x), false, 1, dWeight);
    if (bias != null) {
      addBiasGradient(dyRows, rows.expert(), into.get(name + ".bias"));
    }
  }

  private static void addBiasGradient(INDArray dy, int expert, INDArray dBias) {
    double[] sum = row(dBias, expert);
    Rows rows = Rows.of(dy);
    double[] row = new double[rows.width()];
    for (int r = 0; r < rows.rows(); r++) {
      rows.read(r, row);
      for (int i = 0; i < row.length; i++) {
        sum[i] += row[i];
      }
    }
    Rows.of(dBias).write(expert, sum);
  }
}
