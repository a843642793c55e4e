package io.github.moe4j.core.experts.quantized;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The roundings to numbers of at most eight bits. */
class SmallRoundingsTest {
  @Test
  void mxfp4_handWorked() {
    // The largest, 7, is 1.75·2²: k = 0. Ties go to the even code, and 7 becomes 6.
    float[] weight = {7, 0.25f, 0.75f, 1.25f, 1.75f, -2.5f, 3.5f, 5};
    Mxfp4Rounding rounding = Mxfp4Rounding.of(weight, 1, 8);
    float[] expected = {6, 0, 1, 1, 2, -2, 4, 4};
    for (int d = 0; d < 8; d++) {
      assertEquals(expected[d], rounding.value(rounding.code(weight[d], 0, d), 0, d));
    }
    // Each 32 inputs have a factor of their own; that of zeros does not matter.
    float[] wide = new float[70];
    wide[0] = Float.MAX_VALUE;
    wide[40] = Float.MIN_VALUE;
    wide[69] = 0x3p-20f;
    Mxfp4Rounding blocks = Mxfp4Rounding.of(wide, 1, 70);
    assertEquals(0x6p125f, blocks.value(blocks.code(wide[0], 0, 0), 0, 0));
    assertEquals(0, blocks.value(blocks.code(wide[40], 0, 40), 0, 40));
    assertEquals(0x3p-20f, blocks.value(blocks.code(wide[69], 0, 69), 0, 69));
  }

  @Test
  void e4m3_blocks_haveScalesOfTheirOwn() {
    float[] weight = new float[130 * 129];
    weight[0] = 448; // outputs and inputs 0 … 127: the scale is 1
    weight[1] = 17; // half way between 16 and 18, the even one
    weight[128] = 896; // input 128: 2
    weight[129 * 129] = 44.8f; // outputs 128, 129
    E4m3Rounding rounding = E4m3Rounding.of(weight, 130, 129);
    assertEquals(1, rounding.scale(127, 127));
    assertEquals(2, rounding.scale(127, 128));
    assertEquals(0.1f, rounding.scale(128, 0), 1e-8f);
    assertEquals(0, rounding.scale(128, 128));
    assertEquals(16, rounding.value(rounding.code(17, 0, 1), 0, 1));
    assertEquals(896, rounding.value(rounding.code(896, 0, 128), 0, 128));
    assertEquals(0, rounding.value(rounding.code(0, 129, 128), 129, 128));
  }

  @Test
  void scale_extremes_finiteAndNothingBeyond() {
    for (float most : new float[] {0, Float.MIN_VALUE, 1e-40f, 0.3f, 1e38f, Float.MAX_VALUE}) {
      E4m3Rounding rounding = E4m3Rounding.of(new float[] {most, -most}, 1, 2);
      float value = rounding.value(rounding.code(-most, 0, 1), 0, 1);
      assertTrue(Float.isFinite(value), "most " + most);
      assertEquals(-most, value, most * 0x1p-4f + Float.MIN_VALUE, "most " + most);
    }
  }
}
