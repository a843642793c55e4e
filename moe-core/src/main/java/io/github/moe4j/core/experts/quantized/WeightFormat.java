package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.kernel.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * How {@link QuantizedExperts} store a weight w [out,in] of an expert. Rounding is to the nearest number of the
 * format, ties to the even last bit; ŵ is the rounded weight as float32. A weight that is not finite,
 * or too large for its format, is rejected.
 */
public enum WeightFormat {
  /**
   * Unrounded, four bytes per weight, in packed order, so that passes need not reorder it.
   */
  FLOAT32(32) {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      return FloatMatrix.pack(weight, out, in);
    }

    @Override
    PanelMatrix panels(Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in) {
      return PanelWeight.pack(kernels.floats(), weight, bias, out, in);
    }
  },

  /**
   * The upper half of float32: two bytes per weight, and {@code |ŵ − w| ≤ 2⁻⁸·|w|} for every w that is not
   * subnormal.
   */
  BFLOAT16(16) {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      return BFloat16Matrix.pack(weight, out, in);
    }

    @Override
    PanelMatrix panels(Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in) {
      return CodedPanels.pack(
          kernels.packed().bfloat16(), HalfRounding.BFLOAT16, weight, bias, out, in);
    }
  },

  /**
   * IEEE half precision: two bytes per weight, and {@code |ŵ − w| ≤ max(2⁻¹¹·|w|, 2⁻²⁵)}. Weights of 65520 and
   * more are rejected.
   */
  FLOAT16(16) {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      return CodedMatrix.pack(HalfRounding.FLOAT16, weight, out, in);
    }

    @Override
    PanelMatrix panels(Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in) {
      return CodedPanels.pack(
          kernels.packed().float16(), HalfRounding.FLOAT16, weight, bias, out, in);
    }
  },

  /**
   * {@code ŵ = q·s} with one scale s for each output and q in [−127, 127], {@code q = rint(w/s)} and
   * {@code s = max|w|/127} over the weights of that output, rounded up to float32; an output whose
   * weights are all 0 has s = 0. So {@code |ŵ − w| ≤ s/2}, but for the rounding of q·s to float32.
   *
   * <p>One byte a weight. On BLAS before JDK 21 the compiler does not vectorize bytes times float32, so
   * three weights share a float32: 1⅓ bytes per weight.
   */
  INT8(8) {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      Int8Rounding rounding = Int8Rounding.of(weight, out, in);
      return Runtime.version().feature() >= 21
          ? Int8Bytes.pack(rounding, weight, in)
          : Int8Triples.pack(rounding, weight, in);
    }

    @Override
    PanelMatrix panels(Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in) {
      Int8Rounding rounding = Int8Rounding.of(weight, out, in);
      return CodedPanels.pack(kernels.packed().int8(), rounding, weight, bias, out, in);
    }
  },

  /**
   * {@code ŵ = q·s} with q in FP8 e4m3 (0 to ±448, four bits of exponent, three of fraction, no infinities)
   * and one scale s for each block of 128 outputs and 128 inputs, as DeepSeek-V3 stores its weights:
   * {@code s = max|w|/448} over the block, rounded up to float32. One byte per weight, and {@code |ŵ − w| ≤
   * max(2⁻⁴·|w|, 2⁻¹⁰·s)}, but for the rounding of q·s to float32.
   */
  FP8_E4M3(8) {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      return packE4m3(E4m3Rounding.of(weight, out, in), weight, out, in);
    }

    @Override
    PanelMatrix panels(Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in) {
      return panelsOfE4m3(kernels, E4m3Rounding.of(weight, out, in), weight, bias, out, in);
    }
  },

  /**
   * {@code ŵ = q·2ᵏ} with q in FP4 e2m1 (0, ±½, ±1, ±1½, ±2, ±3, ±4, ±6) and one k for each 32 inputs of
   * an output, {@code k = max(⌊log₂ max|w|⌋ − 2, −125)} over them, as the Microscaling specification 1.0 of
   * the Open Compute Project converts: what is above 6·2ᵏ becomes that. 4¼ bits per weight, and {@code
   * |ŵ − w| ≤ max(|w|, 2ᵏ)/4}.
   */
  MXFP4(4) {
    @Override
    PackedMatrix pack(float[] weight, int out, int in) {
      return CodedMatrix.pack(Mxfp4Rounding.of(weight, out, in), weight, out, in);
    }

    @Override
    PanelMatrix panels(Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in) {
      Mxfp4Rounding rounding = Mxfp4Rounding.of(weight, out, in);
      return CodedPanels.pack(kernels.packed().mxfp4(), rounding, weight, bias, out, in);
    }
  };

  private final int bits;

  WeightFormat(int bits) {
    this.bits = bits;
  }

  /** Bytes of so many weights, without scales and padding; {@code Long.MAX_VALUE} if there are more. */
  long leastBytes(double weights) {
    return (long) (weights * bits / Byte.SIZE);
  }

  /** The weight of one expert in FP8 for BLAS, with scales at hand. */
  static PackedMatrix packE4m3(E4m3Rounding rounding, float[] weight, int out, int in) {
    return CodedMatrix.pack(rounding, weight, out, in);
  }

  /** The weight of one expert in FP8 for the kernels, with scales at hand. */
  static PanelMatrix panelsOfE4m3(
      Kernels kernels,
      E4m3Rounding rounding,
      float[] weight,
      float @Nullable [] bias,
      int out,
      int in) {
    return CodedPanels.pack(kernels.packed().e4m3(), rounding, weight, bias, out, in);
  }

  /**
   * Packs the weight of one expert for BLAS.
   *
   * @param weight [out·in], finite. Not modified.
   */
  abstract PackedMatrix pack(float[] weight, int out, int in);

  /**
   * Packs weight and bias of one expert for the kernels.
   *
   * @param weight [out·in], finite. Not modified.
   * @param bias [out], or null. Kept.
   */
  abstract PanelMatrix panels(
      Kernels kernels, float[] weight, float @Nullable [] bias, int out, int in);
}
