package io.github.moe4j.core.experts;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowVector;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.ExpertWeight;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.experts.RowWindow;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One linear projection an expert: {@code y = x·W[e]ᵀ + b[e]} on blocks of rows, one GEMM a block.
 */
final class GroupedLinear {
  /** Rows of a weight whose gradients one thread computes at once. */
  private static final int MOST_OUTPUTS = 1024;

  private final INDArray weight;
  private final @Nullable INDArray bias;
  private final Matrix[] weightOf;

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
    this.weightOf = Matrix.slices(weight);
  }

  /** A transformation of one array, {@code name.weight} or {@code name.bias}. */
  @FunctionalInterface
  interface ArrayChange {
    /** The replacement. The argument is not modified. */
    INDArray apply(String name, INDArray array);
  }

  /**
   * Adds the parameters of a projection: {@code name.weight} [E,out,in] and, if the options say so,
   * {@code name.bias} [E,out].
   *
   * @param specs by name. Modified.
   */
  static void addSpecs(
      Map<String, ParameterSpec> specs, String name, ExpertOptions options, int out, int in) {
    int experts = options.experts();
    specs.put(name + ".weight", ParameterSpec.weight(options.initializer(), experts, out, in));
    if (options.biases()) {
      specs.put(name + ".bias", ParameterSpec.bias(experts, out));
    }
  }

  /** A projection over the arrays of those names. */
  static GroupedLinear of(String name, ExpertOptions options, Function<String, INDArray> arrays) {
    INDArray bias = options.biases() ? arrays.apply(name + ".bias") : null;
    return new GroupedLinear(name, arrays.apply(name + ".weight"), bias);
  }

  /** A projection over those of some arrays that have its name, with a bias if there is one. */
  static GroupedLinear of(String name, NamedArrays arrays) {
    String bias = name + ".bias";
    return new GroupedLinear(
        name,
        arrays.get(name + ".weight"),
        arrays.names().contains(bias) ? arrays.get(bias) : null);
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

  void addTo(NamedArrays.Builder parameters, String name) {
    parameters.add(name + ".weight", weight);
    if (bias != null) {
      parameters.add(name + ".bias", bias);
    }
  }

  /** Weight and bias of one expert for the kernels. */
  <A> ExpertWeight<A> weightOf(ElementKernel<A> element, int expert) {
    return new ExpertWeight<>(
        element.open().apply(weightOf[expert]),
        bias == null ? null : element.open().apply(Matrix.of(bias).rows(expert, expert + 1)),
        out(),
        in());
  }

  /**
   * Projects rows of one expert.
   *
   * @param x [n,in]. Not modified.
   * @param y [n,out]. Modified: overwritten.
   */
  void forward(int expert, RowWindow x, RowWindow y) {
    Gemm.multiply(x.matrix(), false, weightOf[expert], true, 0, y.matrix());
    if (bias != null) {
      RowVector add = RowVector.like(y.rows());
      add.read(Rows.of(bias), expert);
      RowVector row = RowVector.like(y.rows());
      for (int r = y.from(); r < y.to(); r++) {
        row.read(y.rows(), r);
        row.addScaled(1, add);
        row.write(y.rows(), r);
      }
    }
  }

  /**
   * The gradient of rows of one expert: {@code dx = dy·W + keep·dx}.
   *
   * @param dy [n,out]. Not modified.
   * @param keep 1 to add to dx, 0 to overwrite it
   * @param dx [n,in]. Modified.
   */
  void backward(int expert, RowWindow dy, double keep, RowWindow dx) {
    Gemm.multiply(dy.matrix(), false, weightOf[expert], false, keep, dx.matrix());
  }

  /**
   * The work of adding the gradients of weight and bias, in parts that may run at the same time: all
   * rows of an expert at once, so that sums have one order, but not all rows of its weight.
   *
   * @param experts all rows of each expert
   * @param dy [R,out]. Not modified.
   * @param x the rows of the forward pass [R,in]. Not modified.
   * @param into gradients that hold {@code name.weight} and {@code name.bias}, unless frozen. Modified.
   * @param work receives the parts
   */
  void addWeightGradients(
      List<RowBlock> experts,
      ExpertRows dy,
      ExpertRows x,
      Gradients into,
      String name,
      List<Runnable> work) {
    into.ifPresent(name + ".weight", dW -> addWeightGradients(experts, dy, x, dW, work));
    if (bias != null) {
      into.ifPresent(name + ".bias", dBias -> {
        for (RowBlock rows : experts) {
          work.add(() -> addBiasGradient(rows.expert(), dy.of(rows), dBias));
        }
      });
    }
  }

  private void addWeightGradients(
      List<RowBlock> experts, ExpertRows dy, ExpertRows x, INDArray dW, List<Runnable> work) {
    Matrix[] dWeights = Matrix.slices(dW);
    int parts = (out() + MOST_OUTPUTS - 1) / MOST_OUTPUTS;
    for (RowBlock rows : experts) {
      for (int part = 0; part < parts; part++) {
        int from = (int) ((long) out() * part / parts);
        int to = (int) ((long) out() * (part + 1) / parts);
        Matrix target = dWeights[rows.expert()].rows(from, to);
        work.add(() -> Gemm.multiply(
            dy.of(rows).matrix().columns(from, to), true, x.of(rows).matrix(), false, 1, target));
      }
    }
  }

  private static void addBiasGradient(int expert, RowWindow dy, INDArray dBias) {
    Rows target = Rows.of(dBias);
    RowVector sum = RowVector.like(target);
    sum.read(target, expert);
    RowVector row = RowVector.like(target);
    for (int r = dy.from(); r < dy.to(); r++) {
      row.read(dy.rows(), r);
      sum.addScaled(1, row);
    }
    sum.write(target, expert);
  }
}
