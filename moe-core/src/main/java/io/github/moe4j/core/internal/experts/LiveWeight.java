package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.kernel.PanelLoader;
import io.github.moe4j.core.internal.kernel.Segments;
import io.github.moe4j.core.internal.kernel.Window;
import org.jspecify.annotations.Nullable;

/**
 * A weight that may change from pass to pass, so its panels are made when they are needed.
 *
 * @param element the kernel
 * @param weight [out,in]
 * @param bias [1,out], or null
 * @param out rows of the weight
 * @param in columns of the weight
 * @param <A> {@code float[]} or {@code double[]}
 */
public record LiveWeight<A>(
    ElementKernel<A> element, Window<A> weight, @Nullable Window<A> bias, int out, int in)
    implements WeightPanels<A> {
  @Override
  public void bias(BlockProducts<A> products, int first, int columns, A sum) {
    if (bias == null) {
      products.clear(sum);
    } else {
      A row = products.row(columns);
      bias.read(0, first, columns, row, 0);
      products.fill(sum, row, 0, columns);
    }
  }

  @Override
  public void forward(BlockProducts<A> products, Segments<A> left, int first, int columns, A sum) {
    // One panel at a time, which stays in the nearest caches until it is multiplied.
    int width = element.kernel().width();
    A panel = products.panels(in, width);
    PanelLoader<A> loader = loader(products, in);
    for (int j = 0; j < columns; j += width) {
      int count = Math.min(width, columns - j);
      loader.rows(weight, first + j, count, panel);
      products.multiply(left, panel, element.kernel().origin(), j, count, sum);
    }
  }

  @Override
  public void backward(BlockProducts<A> products, Segments<A> left, int first, int columns, A sum) {
    A panels = products.panels(out, columns);
    loader(products, out).columns(weight, 0, first, columns, panels);
    products.multiply(left, panels, element.kernel().origin(), 0, columns, sum);
  }

  private PanelLoader<A> loader(BlockProducts<A> products, int terms) {
    return new PanelLoader<>(element.kernel(), products.room(), BlockProducts.SCRATCH, terms);
  }
}
