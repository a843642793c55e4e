package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import io.github.moe4j.core.internal.experts.BlockProducts;
import io.github.moe4j.core.internal.kernel.PackedKernel;
import io.github.moe4j.core.internal.kernel.PackedPanels;
import io.github.moe4j.core.internal.kernel.Segments;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/**
 * The weight of one expert as codes in the panels that the kernels read. Immutable.
 *
 * @param panels their columns are outputs, their terms inputs
 * @param bias [out], or null
 * @param bytes that codes, scales and bias take
 */
record CodedPanels(PackedPanels<?> panels, float @Nullable [] bias, long bytes)
    implements PanelMatrix {
  /**
   * Packs a weight.
   *
   * @param weight [out·in], finite. Not modified.
   * @param bias [out], or null. Kept.
   */
  static <C> CodedPanels pack(
      PackedKernel<C> kernel,
      Rounding rounding,
      float[] weight,
      float @Nullable [] bias,
      int out,
      int in) {
    PackedPanels<C> panels = PackedPanels.of(kernel, in, out, new PackedPanels.Source() {
      @Override
      public int code(int d, int o) {
        return rounding.panelCode(weight[o * in + d], o, d);
      }

      @Override
      public float scale(int d, int o) {
        return rounding.scale(o, d);
      }
    });
    long codeBytes = panels.codes() instanceof byte[] ? Byte.BYTES : Short.BYTES;
    long floats = panels.scales().length + (bias == null ? 0 : bias.length);
    long bytes = Array.getLength(panels.codes()) * codeBytes + floats * Float.BYTES;
    return new CodedPanels(panels, bias, bytes);
  }

  @Override
  public int out() {
    return panels.columns();
  }

  @Override
  public int in() {
    return panels.terms();
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
    float[] scratch = products.panels(SEGMENT, panels.kernel().width());
    panels.multiply(
        products.kernel(), left, products.rows(), term, panel, sum, sumAt, stride, scratch);
  }

  @Override
  public void row(int output, float[] target) {
    panels.column(output, target);
  }
}
