package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.testkit.Near.matrix;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.experts.NetworkBlocks.HiddenActivations;
import io.github.moe4j.core.internal.kernel.LoadedKernels;
import io.github.moe4j.core.internal.kernel.Window;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arrays of one pass with a block in the middle, and what they must be after it by plain loops. Numbers are
 * whole and small, so sums are exact in any order.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class KernelPass<A> {
  private static final int EXPERT = 1;
  private static final int BEFORE = 2;
  private static final int AFTER = 1;
  private static final double FACTOR = 2;

  /** A kernel with rooms of its own. */
  record Element<A>(
      DataType type, ElementKernel<A> kernel, Function<HiddenFunction, HiddenSpans<A>> spans) {
    static Element<float[]> floats() {
      ElementKernel<float[]> kernel = ElementKernel.floats(LoadedKernels.load());
      return new Element<>(DataType.FLOAT, kernel, HiddenSpans::floats);
    }

    static Element<double[]> doubles() {
      ElementKernel<double[]> kernel = ElementKernel.doubles(LoadedKernels.load());
      return new Element<>(DataType.DOUBLE, kernel, HiddenSpans::doubles);
    }

    int width() {
      return kernel.kernel().width();
    }

    @Override
    public String toString() {
      return type.toString();
    }
  }

  record Sizes(int rows, int model, int hidden, int projections) {
    /** Of even widths, whose arrays reach one term further if these are odd. */
    Sizes even() {
      return new Sizes(rows, model + (model & 1), hidden + (hidden & 1), projections);
    }

    int allRows() {
      return BEFORE + rows + AFTER;
    }
  }

  /** Two experts, of which the second is used. */
  private record Network<A>(
      Element<A> element,
      Sizes sizes,
      List<INDArray> weights,
      List<INDArray> biases,
      INDArray downWeight,
      @Nullable INDArray downBias)
      implements NetworkWeights<A> {
    @Override
    public int projections() {
      return sizes.projections;
    }

    @Override
    public int modelWidth() {
      return sizes.model;
    }

    @Override
    public int hiddenWidth() {
      return sizes.hidden;
    }

    @Override
    public ExpertWeight<A> projection(int number, int expert) {
      INDArray bias = biases.isEmpty() ? null : biases.get(number);
      return weight(weights.get(number), bias, expert);
    }

    @Override
    public ExpertWeight<A> down(int expert) {
      return weight(downWeight, downBias, expert);
    }

    private ExpertWeight<A> weight(INDArray stack, @Nullable INDArray bias, int expert) {
      Matrix weight = Matrix.slices(stack)[expert];
      Function<Matrix, Window<A>> open = element.kernel.open();
      return new ExpertWeight<>(
          open.apply(weight),
          bias == null ? null : open.apply(Matrix.of(bias).rows(expert, expert + 1)),
          weight.rows(),
          weight.columns());
    }
  }

  private final Element<A> element;
  private final Sizes sizes;
  private final boolean isNaN;
  private final SplittableRandom random = Seeds.random(1);
  final Squares function;
  private final Network<A> network;
  private final INDArray x;
  final INDArray y;
  private final INDArray dy;
  final INDArray dx;
  private final @Nullable INDArray ones;
  final List<INDArray> projected;
  final INDArray hidden;
  final List<INDArray> dProjected;
  final RowBlock block;

  KernelPass(Element<A> element, Sizes sizes, boolean extras, boolean isNaN, Squares function) {
    this.element = element;
    this.sizes = sizes;
    this.isNaN = isNaN;
    this.function = function;
    int d = sizes.model;
    int h = sizes.hidden;
    int r = sizes.allRows();
    this.network = new Network<>(
        element,
        sizes,
        each(EXPERT + 1, h, d),
        extras ? each(EXPERT + 1, h) : List.of(),
        numbers(EXPERT + 1, d, h),
        extras ? numbers(EXPERT + 1, d) : null);
    this.x = numbers(r, d);
    this.y = numbers(r, d);
    this.dy = numbers(r, d);
    this.dx = numbers(r, d);
    this.ones = extras ? numbers(r, h) : null;
    if (ones != null) {
      ones.muli(ones); // 0 and 1
    }
    this.projected = each(r, h);
    this.hidden = numbers(r, h);
    this.dProjected = each(r, h);
    this.block = new RowBlock(EXPERT, BEFORE, BEFORE + sizes.rows);
  }

  private INDArray numbers(long... shape) {
    int length = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    double[] values = new double[length];
    Arrays.setAll(values, i -> isNaN ? Double.NaN : random.nextInt(-1, 2));
    return RandomArrays.of(element.type, values, shape);
  }

  private List<INDArray> each(long... shape) {
    return IntStream.range(0, sizes.projections).mapToObj(p -> numbers(shape)).toList();
  }

  private static List<ExpertRows> rows(List<INDArray> arrays) {
    return arrays.stream().map(ExpertRows::new).toList();
  }

  KernelBlocks<A> blocks(boolean keeps) {
    HiddenActivations kept =
        keeps ? new HiddenActivations(rows(projected), new ExpertRows(hidden)) : null;
    DropoutMask dropout =
        ones == null || !keeps ? DropoutMask.ALL : new DropoutMask(new ExpertRows(ones), FACTOR);
    return new KernelBlocks<>(
        element.kernel,
        network,
        element.spans.apply(function),
        new ExpertRows(x),
        new ExpertRows(y),
        kept,
        dropout,
        new BlockTimes());
  }

  void backward(KernelBlocks<A> blocks) {
    blocks.backward(0, block, new ExpertRows(dy), rows(dProjected), new ExpertRows(dx));
  }

  /** The values of projections by projection and row, of which those of other rows stay. */
  double[][][] expectedProjected() {
    double[][][] values = new double[sizes.projections][][];
    double[][] rows = matrix(x);
    for (int p = 0; p < values.length; p++) {
      values[p] = matrix(projected.get(p));
      double[][] weight = expert(network.weights.get(p));
      for (int r = block.from(); r < block.to(); r++) {
        values[p][r] =
            product(weight, rows[r], network.biases.isEmpty() ? null : network.biases.get(p));
      }
    }
    return values;
  }

  double[][] expectedHidden(double[][][] values, boolean keeps) {
    double[][] result = matrix(hidden);
    double[][] mask = ones == null || !keeps ? null : matrix(ones);
    for (int r = block.from(); r < block.to(); r++) {
      for (int h = 0; h < sizes.hidden; h++) {
        double[] here = new double[values.length];
        for (int p = 0; p < here.length; p++) {
          here[p] = values[p][r][h];
        }
        result[r][h] = Squares.value(here) * (mask == null ? 1 : mask[r][h] * FACTOR);
      }
    }
    return result;
  }

  double[][] expectedOutputs(double[][] hiddenRows) {
    double[][] result = matrix(y);
    double[][] weight = expert(network.downWeight);
    for (int r = block.from(); r < block.to(); r++) {
      result[r] = product(weight, hiddenRows[r], network.downBias);
    }
    return result;
  }

  double[][][] expectedGradients(double[][][] values) {
    double[][][] result = new double[sizes.projections][][];
    double[][] weight = expert(network.downWeight);
    double[][] rows = matrix(dy);
    double[][] mask = ones == null ? null : matrix(ones);
    for (int p = 0; p < result.length; p++) {
      result[p] = matrix(dProjected.get(p));
      for (int r = block.from(); r < block.to(); r++) {
        for (int h = 0; h < sizes.hidden; h++) {
          double sum = 0;
          for (int d = 0; d < sizes.model; d++) {
            sum += rows[r][d] * weight[d][h];
          }
          double kept = mask == null ? 1 : mask[r][h] * FACTOR;
          result[p][r][h] = sum * kept * Squares.slope(p, values[p][r][h]);
        }
      }
    }
    return result;
  }

  double[][] expectedInputs(double[][][] gradients) {
    double[][] result = matrix(dx);
    for (int p = 0; p < gradients.length; p++) {
      double[][] weight = expert(network.weights.get(p));
      for (int r = block.from(); r < block.to(); r++) {
        for (int h = 0; h < sizes.hidden; h++) {
          for (int d = 0; d < sizes.model; d++) {
            result[r][d] += gradients[p][r][h] * weight[h][d];
          }
        }
      }
    }
    return result;
  }

  private static double[][] expert(INDArray stack) {
    long rows = stack.size(1);
    double[][] all = matrix(stack.reshape('c', stack.size(0) * rows, stack.size(2)));
    return Arrays.copyOfRange(all, (int) (EXPERT * rows), (int) ((EXPERT + 1) * rows));
  }

  private static double[] product(double[][] weight, double[] row, @Nullable INDArray bias) {
    double[] result = bias == null ? new double[weight.length] : matrix(bias)[EXPERT];
    for (int o = 0; o < result.length; o++) {
      for (int i = 0; i < row.length; i++) {
        result[o] += weight[o][i] * row[i];
      }
    }
    return result;
  }
}
