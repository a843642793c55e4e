package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.PanelLoader.even;

import io.github.moe4j.core.internal.experts.BlockProducts;
import io.github.moe4j.core.internal.kernel.Kernel;
import io.github.moe4j.core.internal.kernel.Segments;
import org.jspecify.annotations.Nullable;

/**
 * A float32 weight of one expert in the panels that the kernels read, for products with its transpose alone.
 * Immutable.
 *
 * @param panels all of them, one after another
 * @param origin where they begin
 * @param bias [out], or null
 * @param out rows of the weight
 * @param in columns of the weight
 * @param width of a panel
 */
record PanelWeight(float[] panels, int origin, float @Nullable [] bias, int out, int in, int width)
    implements PanelMatrix {
  static PanelWeight pack(
      Kernel<float[]> kernel, float[] weight, float @Nullable [] bias, int out, int in) {
    int width = kernel.width();
    float[] panels =
        new float[Math.addExact(kernel.origin(), Math.multiplyExact(kernel.padded(out), even(in)))];
    for (int o = 0; o < out; o++) {
      int at = kernel.origin() + o / width * width * even(in) + o % width;
      for (int d = 0; d < in; d++) {
        panels[at + d * width] = Rounding.finite(weight[o * in + d]);
      }
    }
    return new PanelWeight(panels, kernel.origin(), bias, out, in, width);
  }

  @Override
  public void multiply(
      BlockProducts<float[]> products,
      Segments<float[]> left,
      int term,
      int panel,
      float[] sum,
      int sumAt,
      int stride) {
    int at = origin + (panel * even(in) + term) * width;
    products.multiply(left, panels, at, width, sum, sumAt, stride);
  }

  @Override
  public void row(int o, float[] target) {
    int at = origin + o / width * width * even(in) + o % width;
    for (int d = 0; d < in; d++) {
      target[d] = panels[at + d * width];
    }
  }

  @Override
  public long bytes() {
    return (long) panels.length * Float.BYTES + (bias == null ? 0 : (long) out * Float.BYTES);
  }
}
