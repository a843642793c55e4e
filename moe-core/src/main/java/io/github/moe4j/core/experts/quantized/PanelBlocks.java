package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import io.github.moe4j.core.internal.experts.BlockProducts;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.kernel.Segments;
import io.github.moe4j.core.internal.kernel.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * The work of a pass of packed networks on single blocks of rows, several of them at the same time. {@value
 * io.github.moe4j.core.internal.kernel.Kernel#SEGMENT} hidden values of all rows of a block are projected,
 * activated and added to the outputs, while they are in the caches.
 *
 * @param network the weights
 * @param x the rows [R,D]
 * @param y their outputs [R,D]
 * @param times of the pass
 */
record PanelBlocks(PanelNetwork network, ExpertRows x, ExpertRows y, BlockTimes times) {
  /** Computes the outputs of a block. */
  void forward(int worker, RowBlock block) {
    network.element().rooms().with(room -> {
      long start = System.nanoTime();
      BlockProducts<float[]> products = new BlockProducts<>(network.element(), room, block.rows());
      long activated = run(products, block);
      times.add(System.nanoTime() - start - activated, activated);
    });
  }

  /** Returns the time between products. */
  private long run(BlockProducts<float[]> products, RowBlock block) {
    Segments<float[]> rows = products.load(0, window(x, block), network.modelWidth());
    PanelMatrix down = network.down(block.expert());
    int stride = products.kernel().padded(down.out());
    float[] sum = products.wide(down.out());
    bias(products, down, 0, down.out(), sum, stride);
    long elementwise = 0;
    for (int first = 0; first < network.hiddenWidth(); first += SEGMENT) {
      int columns = Math.min(SEGMENT, network.hiddenWidth() - first);
      List<float[]> projected = new ArrayList<>();
      for (int p = 0; p < network.projections(); p++) {
        PanelMatrix weight = network.projection(p, block.expert());
        float[] values = products.sum(p);
        bias(products, weight, first, columns, values, SEGMENT);
        multiply(products, weight, rows, 0, first, columns, values, SEGMENT);
        projected.add(values);
      }
      long multiplied = System.nanoTime();
      Segments<float[]> hidden = products.left(1, columns);
      network.hidden().values(products, projected, columns, hidden.array(), 0);
      hidden.clearRest(products.kernel(), block.rows());
      elementwise += System.nanoTime() - multiplied;
      multiply(products, down, hidden, first, 0, down.out(), sum, stride);
    }
    Window<float[]> outputs = window(y, block);
    for (int r = 0; r < block.rows(); r++) {
      outputs.write(r, 0, down.out(), sum, r * stride);
    }
    return elementwise;
  }

  /** {@code sum += left·Wᵀ} for some outputs, from the beginning of a panel on. */
  private static void multiply(
      BlockProducts<float[]> products,
      PanelMatrix weight,
      Segments<float[]> left,
      int term,
      int first,
      int columns,
      float[] sum,
      int stride) {
    int width = products.kernel().width();
    for (int j = 0; j < columns; j += width) {
      weight.multiply(products, left, term, (first + j) / width, sum, j, stride);
    }
  }

  /** Sets all rows of sums to the bias of some outputs, or to zero. */
  private static void bias(
      BlockProducts<float[]> products,
      PanelMatrix weight,
      int first,
      int columns,
      float[] sum,
      int stride) {
    float[] bias = weight.bias();
    if (bias == null) {
      products.kernel().clear(sum, 0, products.rows() * stride);
      return;
    }
    for (int r = 0; r < products.rows(); r++) {
      products.kernel().copy(bias, first, sum, r * stride, columns);
    }
  }

  private Window<float[]> window(ExpertRows rows, RowBlock block) {
    return network.element().open().apply(rows.of(block).matrix());
  }
}
