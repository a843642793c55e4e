package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** How {@link QuantizedExperts} keep a weight w [out,in] of an expert. */
public enum WeightFormat {
  /**
   * As it is, four bytes a weight, in the order that products read: nothing is rounded, and no pass spends time
   * on that order any more.
   */
  FLOAT32 {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      requireFinite(weight);
      return FloatMatrix.pack(weight, out, in);
    }

    @Override
    PanelMatrix panels(
        Kernel<float[]> kernel, float[] weight, float @Nullable [] bias, int out, int in) {
      requireFinite(weight);
      return PanelWeight.pack(kernel, weight, bias, out, in);
    }
  },

  /**
   * The upper half of float32, rounded to nearest, ties to even: two bytes per weight, and {@code
   * |ŵ − w| ≤ 2⁻⁸·|w|} for every w that is not subnormal.
   */
  BFLOAT16 {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      return BFloat16Matrix.pack(weight, out, in);
    }
  },

  /**
   * {@code ŵ = q·s} with one scale s for each output and q in [−127, 127], {@code q = rint(w/s)} and
   * {@code s = max|w|/127} over the weights of that output, rounded up to float32; an output whose
   * weights are all 0 has s = 0. So {@code |ŵ − w| ≤ s/2}, but for the rounding of q·s to float32.
   *
   * <p>One byte a weight on JDK 21 and later. Before that the compiler does not vectorize bytes times
   * float32, so three weights share a float32: 1⅓ bytes per weight, and the same bits of y.
   */
  INT8 {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      Int8Rounding rounding = Int8Rounding.of(weight, out, in);
      return Runtime.version().feature() >= 21
          ? Int8Bytes.pack(rounding, weight, in)
          : Int8Triples.pack(rounding, weight, in);
    }
  };

  private static void requireFinite(float[] weight) {
    for (float w : weight) {
      Require.that(Float.isFinite(w), "a weight must be finite but was %s", w);
    }
  }

  /**
   * Packs the weight of one expert.
   *
   * @param weight [out·in], finite. Not modified.
   */
  abstract PackedMatrix pack(float[] weight, int out, int in);

  /**
   * Packs weight and bias of one expert for the kernels.
   *
   * @param weight [out·in], finite. Not modified.
   * @param bias [out], or null. Kept.
   * @return null if the format has no panels
   */
  @Nullable
  PanelMatrix panels(
      Kernel<float[]> kernel, float[] weight, float @Nullable [] bias, int out, int in) {
    return null;
  }
}
