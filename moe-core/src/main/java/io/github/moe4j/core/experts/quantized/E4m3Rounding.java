package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.PackedKernels.E4M3_TERMS;

import io.github.moe4j.core.internal.SmallFloats;

/**
 * Rounding to FP8 e4m3 with a scale for each block of outputs and inputs, see {@link
 * WeightFormat#FP8_E4M3}.
 *
 * @param scales of the blocks, those of the same outputs together
 * @param rows outputs of a block
 * @param columns inputs of a block
 * @param perRow blocks of the same outputs
 */
record E4m3Rounding(float[] scales, int rows, int columns, int perRow) implements Rounding {
  private static final int BLOCK = E4M3_TERMS;

  /** The scales with which a weight [out·in] is stored. */
  static E4m3Rounding of(StoredScales stored, int out, int in) {
    stored.requireFits(out, in);
    return new E4m3Rounding(stored.scales(), stored.rows(), stored.columns(), stored.perRow(in));
  }

  /** The scales of a weight [out·in]. */
  static E4m3Rounding of(float[] weight, int out, int in) {
    int perRow = (in + BLOCK - 1) / BLOCK;
    float[] scales = new float[(out + BLOCK - 1) / BLOCK * perRow];
    for (int i = 0; i < scales.length; i++) {
      int o = i / perRow * BLOCK;
      int d = i % perRow * BLOCK;
      float most =
          Rounding.most(weight, in, o, Math.min(out, o + BLOCK), d, Math.min(in, d + BLOCK));
      scales[i] = Rounding.scale(most, SmallFloats.E4M3.largest());
    }
    return new E4m3Rounding(scales, BLOCK, BLOCK, perRow);
  }

  @Override
  public float scale(int o, int d) {
    return scales[o / rows * perRow + d / columns];
  }

  @Override
  public int bits() {
    return Byte.SIZE;
  }

  @Override
  public int code(float w, int o, int d) {
    float scale = scale(o, d);
    float finite = Rounding.finite(w);
    return scale == 0 ? 0 : SmallFloats.E4M3.code(finite / (double) scale);
  }

  @Override
  public float value(int code, int o, int d) {
    return SmallFloats.E4M3.value(code) * scale(o, d);
  }

  @Override
  public long scaleBytes() {
    return (long) scales.length * Float.BYTES;
  }
}
