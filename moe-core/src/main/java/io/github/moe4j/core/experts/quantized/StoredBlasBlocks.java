package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.ExpertWeight;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.experts.RowWindow;
import io.github.moe4j.core.internal.kernel.Window;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One thread's work on blocks of stored networks by BLAS: some hidden values of all rows at a time, with as many rows of
 * the weights in float32.
 */
final class StoredBlasBlocks {
  /** Hidden values, and outputs, whose weights are float32 at the same time. */
  private static final int SPAN = 256;

  private final StoredNetwork network;
  private final ExpertRows x;
  private final ExpertRows y;
  private final BlockTimes times;
  private final int span;
  private final List<ExpertRows> projected = new ArrayList<>();
  private final INDArray ofProjections;
  private final INDArray ofDown;
  private final Elementwise elementwise = new Elementwise();

  /**
   * Memory for one thread.
   *
   * @param mostRows of a block
   */
  StoredBlasBlocks(
      StoredNetwork network,
      ExpertRows x,
      ExpertRows y,
      BlockTimes times,
      int mostRows,
      Arena.Scope scope) {
    this.network = network;
    this.x = x;
    this.y = y;
    this.times = times;
    this.span = Math.min(SPAN, network.hiddenWidth());
    for (int p = 0; p < network.projections(); p++) {
      projected.add(new ExpertRows(scope.take(DataType.FLOAT, mostRows, span)));
    }
    this.ofProjections = scope.take(DataType.FLOAT, span, network.modelWidth());
    this.ofDown = scope.take(DataType.FLOAT, Math.min(SPAN, network.modelWidth()), span);
  }

  /** Computes the outputs of a block. */
  void forward(RowBlock block) {
    List<ExpertWeight<float[]>> weights = new ArrayList<>();
    for (int p = 0; p < network.projections(); p++) {
      weights.add(network.projection(p, block.expert()));
    }
    ExpertWeight<float[]> down = network.down(block.expert());
    for (int first = 0; first < network.hiddenWidth(); first += span) {
      int here = Math.min(span, network.hiddenWidth() - first);
      long start = System.nanoTime();
      for (int p = 0; p < weights.size(); p++) {
        project(weights.get(p), first, here, block, projected.get(p).first(block.rows()));
      }
      long multiplied = System.nanoTime();
      activate(block.rows());
      long changed = System.nanoTime();
      addOutputs(down.weight(), first, here, block);
      times.add(start, multiplied, changed);
    }
    addBias(down.bias(), 0, y.of(block), network.modelWidth());
  }

  private void project(
      ExpertWeight<float[]> weight, int first, int count, RowBlock block, RowWindow values) {
    Matrix rows = load(weight.weight(), first, count, 0, weight.in(), ofProjections);
    Gemm.multiply(x.of(block).matrix(), false, rows, true, 0, values.matrix().columns(0, count));
    addBias(weight.bias(), first, values, count);
  }

  /** Hidden rows take the place of the first projection, which nothing reads again. */
  private void activate(int rows) {
    List<Rows> values = projected.stream().map(all -> all.first(rows).rows()).toList();
    HiddenFunction function = network.function();
    elementwise.apply(
        0, rows, values, List.of(values.get(0)), (in, out) -> function.values(in, out[0]));
  }

  private void addOutputs(Window<float[]> weight, int first, int count, RowBlock block) {
    Matrix hidden = projected.get(0).first(block.rows()).matrix().columns(0, count);
    Matrix outputs = y.of(block).matrix();
    int most = Math.toIntExact(ofDown.size(0));
    for (int o = 0; o < outputs.columns(); o += most) {
      int here = Math.min(most, outputs.columns() - o);
      Matrix rows = load(weight, o, here, first, count, ofDown);
      Gemm.multiply(hidden, false, rows, true, first == 0 ? 0 : 1, outputs.columns(o, o + here));
    }
  }

  /** Some columns of some rows of a weight as float32. */
  private static Matrix load(
      Window<float[]> weight, int first, int count, int column, int terms, INDArray into) {
    Rows target = Rows.of(into);
    float[] row = new float[target.width()];
    for (int r = 0; r < count; r++) {
      weight.read(first + r, column, terms, row, 0);
      target.write(r, row);
    }
    return Matrix.of(into).rows(0, count).columns(0, terms);
  }

  private static void addBias(
      @Nullable Window<float[]> bias, int first, RowWindow values, int count) {
    if (bias == null) {
      return;
    }
    float[] added = new float[count];
    bias.read(0, first, count, added, 0);
    float[] row = new float[values.rows().width()];
    for (int r = values.from(); r < values.to(); r++) {
      values.rows().read(r, row);
      for (int i = 0; i < count; i++) {
        row[i] += added[i];
      }
      values.rows().write(r, row);
    }
  }
}
