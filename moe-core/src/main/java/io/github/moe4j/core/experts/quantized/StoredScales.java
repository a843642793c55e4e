package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.PackedKernels.E4M3_TERMS;

import io.github.moe4j.core.internal.Require;

/**
 * The scales with which the weight [out,in] of an expert is stored in FP8, so that packing it rounds nothing. Immutable; the
 * array is not copied.
 *
 * @param rows outputs that share a scale: a multiple of 128, or all
 * @param columns inputs that share a scale: a multiple of 128, or all
 * @param scales of the blocks, those of the same outputs together; finite
 */
public record StoredScales(int rows, int columns, float[] scales) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public StoredScales {
    Require.positive("rows", rows);
    Require.positive("columns", columns);
    for (float scale : scales) {
      Require.that(Float.isFinite(scale), "a scale must be finite but was %s", scale);
    }
  }

  /** Throws unless these are the scales of a weight of that shape, in blocks that the products can follow. */
  void requireFits(int out, int in) {
    Require.that(
        rows % E4M3_TERMS == 0 || rows >= out,
        "rows must be a multiple of %d or all %d outputs but was %d",
        E4M3_TERMS,
        out,
        rows);
    Require.that(
        columns % E4M3_TERMS == 0 || columns >= in,
        "columns must be a multiple of %d or all %d inputs but was %d",
        E4M3_TERMS,
        in,
        columns);
    int expected = (out + rows - 1) / rows * perRow(in);
    Require.that(
        scales.length == expected,
        "scales must be %d for a weight [%d,%d] but were %d",
        expected,
        out,
        in,
        scales.length);
  }

  /** Blocks of the same outputs. */
  int perRow(int in) {
    return (in + columns - 1) / columns;
  }
}
