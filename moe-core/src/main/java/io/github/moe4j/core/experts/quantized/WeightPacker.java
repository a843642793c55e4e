package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Packs the weights of experts by the names of their projections.
 *
 * @param format of all weights
 * @param stored scales of FP8 by projection, of those that have some
 */
record WeightPacker(WeightFormat format, Map<String, StoredScales> stored) {
  /** For BLAS. */
  PackedMatrix pack(String name, float[] weight, int out, int in) {
    StoredScales scales = stored.get(name);
    return scales == null
        ? format.pack(weight, out, in)
        : WeightFormat.packE4m3(E4m3Rounding.of(scales, out, in), weight, out, in);
  }

  /** For the kernels. */
  PanelMatrix panels(
      String name, Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in) {
    StoredScales scales = stored.get(name);
    return scales == null
        ? format.panels(kernels, weight, bias, out, in)
        : WeightFormat.panelsOfE4m3(
            kernels, E4m3Rounding.of(scales, out, in), weight, bias, out, in);
  }
}
