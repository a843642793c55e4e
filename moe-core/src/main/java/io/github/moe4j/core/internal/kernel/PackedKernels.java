package io.github.moe4j.core.internal.kernel;

/**
 * The kernels of the formats of weights.
 *
 * @param bfloat16 codes are the upper halves of float32
 * @param float16 codes are those of IEEE half precision, finite
 * @param int8 codes are integers, to be multiplied by the scale of their column
 * @param e4m3 codes are those of FP8 with four bits of exponent and three of fraction, finite, to be
 *     multiplied by the scale of {@link #E4M3_TERMS} terms
 * @param mxfp4 the lower four bits of a code are those of a number with two bits of exponent and one of
 *     fraction; the upper eight, the same for a column and {@link #MXFP4_TERMS} terms, the biased exponent
 *     of a factor, from 2 to 252
 */
public record PackedKernels(
    PackedKernel<short[]> bfloat16,
    PackedKernel<short[]> float16,
    PackedKernel<byte[]> int8,
    PackedKernel<byte[]> e4m3,
    PackedKernel<byte[]> mxfp4) {
  /** Terms and columns that share a scale. */
  public static final int E4M3_TERMS = 128;

  /** Terms of a column that share an exponent. */
  public static final int MXFP4_TERMS = 32;
}
