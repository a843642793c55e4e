package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.PackedKernels.MXFP4_TERMS;

import io.github.moe4j.core.internal.SmallFloats;

/**
 * Rounding to MXFP4, see {@link WeightFormat#MXFP4}.
 *
 * @param exponents biased by 127, of the blocks of an output together
 * @param perOutput blocks of an output
 */
record Mxfp4Rounding(byte[] exponents, int perOutput) implements Rounding {
  private static final int BIAS = 127;

  /** Of the largest number, 6. */
  private static final int LARGEST = 2;

  /** Half the factor is a normal float32 as well. */
  private static final int LEAST = -125;

  /** The exponents of a weight [out·in]. */
  static Mxfp4Rounding of(float[] weight, int out, int in) {
    int perOutput = (in + MXFP4_TERMS - 1) / MXFP4_TERMS;
    byte[] exponents = new byte[out * perOutput];
    for (int i = 0; i < exponents.length; i++) {
      int o = i / perOutput;
      int d = i % perOutput * MXFP4_TERMS;
      float most = Rounding.most(weight, in, o, o + 1, d, Math.min(in, d + MXFP4_TERMS));
      int exponent = Math.max(LEAST, Math.getExponent(most) - LARGEST);
      exponents[i] = (byte) (exponent + BIAS);
    }
    return new Mxfp4Rounding(exponents, perOutput);
  }

  /** The biased exponent of a weight's factor. */
  private int exponent(int o, int d) {
    return Byte.toUnsignedInt(exponents[o * perOutput + d / MXFP4_TERMS]);
  }

  @Override
  public int bits() {
    return 4;
  }

  @Override
  public int code(float w, int o, int d) {
    return SmallFloats.E2M1.code(Math.scalb((double) w, BIAS - exponent(o, d)));
  }

  @Override
  public int panelCode(float w, int o, int d) {
    return exponent(o, d) << bits() | code(w, o, d);
  }

  @Override
  public float value(int code, int o, int d) {
    return Math.scalb(SmallFloats.E2M1.value(code), exponent(o, d) - BIAS);
  }

  @Override
  public long scaleBytes() {
    return exponents.length;
  }
}
