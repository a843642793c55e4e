package io.github.moe4j.core.experts.quantized;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.internal.kernel.Kernel;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rounding and products of one packed weight. */
@ExtendWith(Seeds.class)
class PackedMatrixTest {
  private static final int[] ROWS = {1, 3, 16};

  @Test
  void round_bfloat16_nearestTiesToEven() {
    assertEquals(1f, bfloat16(1f));
    assertEquals(1f, bfloat16(1 + 0x1p-8f)); // half way between 1 and 1 + 2⁻⁷: the even one
    assertEquals(1 + 0x1p-6f, bfloat16(1 + 0x3p-8f)); // half way, the lower one is odd
    assertEquals(1 + 0x1p-7f, bfloat16(1 + 0x1p-8f + 0x1p-23f));
    assertEquals(-1f, bfloat16(-1 - 0x1p-8f));
    assertEquals(0f, bfloat16(0f));
    assertEquals(0x1p-133f, bfloat16(0x1p-133f)); // the smallest of bfloat16
  }

  private static float bfloat16(float w) {
    return HalfRounding.BFLOAT16.value(HalfRounding.BFLOAT16.code(w, 0, 0), 0, 0);
  }

  @Test
  void pack_int8_handWorked() {
    // scale 127/127 = 1: 2.5 and −2.5 are half way, to the even one; a row of zeros stays so
    float[] weight = {127, 2.5f, -2.5f, -126.6f, 0, 0, 0, 0};
    for (PackedMatrix packed : int8(weight, 2, 4)) {
      assertArrayEquals(new float[] {127, 2, -2, -127, 0, 0, 0, 0}, unpacked(packed));
    }
  }

  @Test
  void pack_int8ExtremeScales_neverBeyond127() {
    for (float most : new float[] {Float.MIN_VALUE, 1e-40f, 0.3f, 1e38f, Float.MAX_VALUE}) {
      Int8Rounding rounding = Int8Rounding.of(new float[] {most, -most, most / 3}, 1, 3);
      assertTrue(rounding.round(most, 0) <= 127, "most " + most);
      assertTrue(rounding.round(-most, 0) >= -127, "most " + most);
      assertTrue(rounding.round(most, 0) >= 1, "most " + most);
      assertTrue(Float.isFinite(127 * rounding.scale(0, 2)), "most " + most);
    }
  }

  @Test
  void code_int8_aByteOfTheOutputsScale() {
    Int8Rounding rounding = Int8Rounding.of(new float[] {127, -2.5f, 254, -8}, 2, 2);
    assertEquals(8, rounding.bits());
    assertEquals(-2, rounding.value(rounding.code(-2.5f, 0, 1), 0, 1));
    assertEquals(-8, rounding.value(rounding.code(-8, 1, 1), 1, 1));
    assertEquals(-8, rounding.value(0xfc, 1, 1)); // the sign is bit 7
    assertEquals(2 * Float.BYTES, rounding.scaleBytes());
  }

  @Test
  void scale_half_theCodeIsTheWeight() {
    for (HalfRounding rounding : HalfRounding.values()) {
      assertEquals(1, rounding.scale(3, 4));
      assertEquals(0, rounding.scaleBytes());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "5, 1", "1, 6", "7, 8", "6, 33", "131, 129"})
  void pack_anySize_eachWeightRoundedInItsPlace(int out, int in) {
    float[] weight = random(8, out * in);
    Rounding e4m3 = E4m3Rounding.of(weight, out, in);
    Rounding mxfp4 = Mxfp4Rounding.of(weight, out, in);
    assertArrayEquals(weight, unpacked(WeightFormat.FLOAT32.pack(weight, out, in)));
    requireRounded(HalfRounding.BFLOAT16, WeightFormat.BFLOAT16, weight, out, in);
    requireRounded(HalfRounding.FLOAT16, WeightFormat.FLOAT16, weight, out, in);
    requireRounded(e4m3, WeightFormat.FP8_E4M3, weight, out, in);
    requireRounded(mxfp4, WeightFormat.MXFP4, weight, out, in);
  }

  private static void requireRounded(
      Rounding rounding, WeightFormat format, float[] weight, int out, int in) {
    float[] expected = new float[weight.length];
    for (int i = 0; i < weight.length; i++) {
      int code = rounding.code(weight[i], i / in, i % in);
      expected[i] = rounding.value(code, i / in, i % in);
    }
    assertArrayEquals(expected, unpacked(format.pack(weight, out, in)), format.name());
  }

  @Test
  void pack_notFinite_messageNamesTheWeight() {
    for (WeightFormat format : WeightFormat.values()) {
      // NaNs differ in their bits: adding to the largest ones overflows into the sign.
      float[] wrong = {
        Float.NaN,
        Float.intBitsToFloat(0x7fffffff),
        Float.intBitsToFloat(-1),
        Float.NEGATIVE_INFINITY
      };
      for (float w : wrong) {
        String message = assertThrows(
                IllegalArgumentException.class, () -> format.pack(new float[] {1, w}, 1, 2))
            .getMessage();
        assertTrue(message.endsWith("but was " + w), message);
      }
    }
    // above the largest finite bfloat16
    assertThrows(
        IllegalArgumentException.class,
        () -> WeightFormat.BFLOAT16.pack(new float[] {Float.MAX_VALUE}, 1, 1));
    // half way from the largest finite float16 to the next
    assertThrows(
        IllegalArgumentException.class, () -> WeightFormat.FLOAT16.pack(new float[] {65520}, 1, 1));
    assertEquals(0x7bff, HalfRounding.FLOAT16.code(65519, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 5", "2, 3", "3, 2", "4, 4", "5, 1", "7, 8", "33, 70", "101, 257"})
  void multiply_awkwardSizes_naiveWithinRounding(int out, int in) {
    float[] weight = random(1, out * in);
    List<PackedMatrix> all = new ArrayList<>(int8(weight, out, in));
    for (WeightFormat format : WeightFormat.values()) {
      all.add(format.pack(weight, out, in));
    }
    for (PackedMatrix packed : all) {
      float[] rounded = unpacked(packed);
      for (int rows : ROWS) {
        float[][] x = rows(2, in);
        float[][] y = rows(3, out); // overwritten, whatever it holds
        packed.multiply(rows, x, y, new PackedRoom(out + 3, 16));
        for (int r = 0; r < rows; r++) {
          for (int o = 0; o < out; o++) {
            double sum = 0;
            double size = 0;
            for (int d = 0; d < in; d++) {
              sum += (double) x[r][d] * rounded[o * in + d];
              size += Math.abs((double) x[r][d] * rounded[o * in + d]);
            }
            // Each term takes part in at most in + 2 roundings of relative size 2⁻²⁴.
            assertEquals(sum, y[r][o], 1.01 * (in + 2) * 0x1p-24 * size, packed.getClass() + "");
          }
        }
      }
    }
  }

  @Test
  void multiply_whateverTheRoomHolds_sameBits() {
    float[] weight = random(9, 7 * 5);
    List<PackedMatrix> all = new ArrayList<>(int8(weight, 7, 5));
    for (WeightFormat format : WeightFormat.values()) {
      all.add(format.pack(weight, 7, 5));
    }
    for (PackedMatrix packed : all) {
      float[][] x = rows(10, 5);
      float[][] expected = new float[16][7];
      float[][] y = new float[16][7];
      packed.multiply(3, x, expected, new PackedRoom(7, 3));
      packed.multiply(3, x, y, filledRoom(7, 3));
      assertArrayEquals(expected, y, packed.getClass() + "");
    }
  }

  /** A room whose scratch holds NaN. */
  private static PackedRoom filledRoom(int width, int rows) {
    PackedRoom room = new PackedRoom(width, rows);
    Arrays.fill(room.firstTile(), (byte) -1);
    Arrays.fill(room.secondTile(), (byte) -1);
    Arrays.fill(room.first(), Float.NaN);
    Arrays.fill(room.second(), Float.NaN);
    for (float[][][] scratch : List.of(room.parts(), room.thirds())) {
      for (float[][] matrix : scratch) {
        for (float[] row : matrix) {
          Arrays.fill(row, Float.NaN);
        }
      }
    }
    return room;
  }

  @Test
  void room_ofThirds_isAThirdRoundedUp() {
    PackedRoom room = new PackedRoom(7, 2);
    assertEquals(3, room.parts()[1][2].length);
    assertEquals(3, room.thirds()[2][1].length);
  }

  @Test
  void multiply_bytesOrTriples_sameBits() {
    for (int out : new int[] {1, 2, 3, 4, 5, 64, 65}) {
      List<PackedMatrix> both = int8(random(4, out * 31), out, 31);
      float[][] x = rows(5, 31);
      float[][] y0 = new float[16][out];
      float[][] y1 = new float[16][out];
      both.get(0).multiply(16, x, y0, new PackedRoom(out, 16));
      both.get(1).multiply(16, x, y1, new PackedRoom(out, 16));
      for (int r = 0; r < 16; r++) {
        assertArrayEquals(y0[r], y1[r], "row " + r + ", out " + out);
      }
      assertArrayEquals(unpacked(both.get(0)), unpacked(both.get(1)));
    }
  }

  @Test
  void bytes_eachFormat_countsWeightsAndScales() {
    float[] weight = random(6, 6 * 9);
    assertEquals(6 * 9 * 4, WeightFormat.FLOAT32.pack(weight, 6, 9).bytes());
    assertEquals(10 * 6 * 2, BFloat16Matrix.pack(weight, 6, 9).bytes()); // an odd input fills up
    assertEquals(6 * 9 + 4 * 6, int8(weight, 6, 9).get(0).bytes());
    assertEquals(4 * 2 * 9 + 4 * 6, int8(weight, 6, 9).get(1).bytes());
    assertEquals(6 * 9 * 2, WeightFormat.FLOAT16.pack(weight, 6, 9).bytes());
    assertEquals(6 * 9 + 4, WeightFormat.FP8_E4M3.pack(weight, 6, 9).bytes());
    assertEquals(6 * 9 / 2 + 6, WeightFormat.MXFP4.pack(weight, 6, 9).bytes());
    // whole blocks have no scales of more
    float[] whole = random(11, 128 * 128);
    assertEquals(128 * 128 + 4, WeightFormat.FP8_E4M3.pack(whole, 128, 128).bytes());
    assertEquals(128 * 64 + 128 * 4, WeightFormat.MXFP4.pack(whole, 128, 128).bytes());
  }

  /** Before JDK 21 the compiler does not vectorize bytes times float32. */
  @Test
  void pack_int8_aByteEachFromJdk21On() {
    PackedMatrix packed = WeightFormat.INT8.pack(random(13, 6 * 9), 6, 9);
    boolean isNew = Runtime.version().feature() >= 21;
    assertEquals(isNew ? Int8Bytes.class : Int8Triples.class, packed.getClass());
  }

  @Test
  void bytes_panelsOfFloats_countPaddingAndBias() {
    assumeTrue(Kernels.chosen().isPresent());
    Kernel<float[]> kernel = Kernels.chosen().orElseThrow().floats();
    float[] weight = random(12, 6 * 9);
    long floats = kernel.origin() + kernel.padded(6) * 10L; // an odd input fills up
    assertEquals(4 * floats, PanelWeight.pack(kernel, weight, null, 6, 9).bytes());
    assertEquals(
        4 * (floats + 6), PanelWeight.pack(kernel, weight, new float[6], 6, 9).bytes());
  }

  private static List<PackedMatrix> int8(float[] weight, int out, int in) {
    Int8Rounding rounding = Int8Rounding.of(weight, out, in);
    return List.of(Int8Bytes.pack(rounding, weight, in), Int8Triples.pack(rounding, weight, in));
  }

  /** [out·in]. */
  private static float[] unpacked(PackedMatrix packed) {
    float[] weight = new float[packed.out() * packed.in()];
    float[] ofInput = new float[packed.out()];
    for (int d = 0; d < packed.in(); d++) {
      packed.unpack(d, ofInput, new PackedRoom(packed.out(), 1));
      for (int o = 0; o < packed.out(); o++) {
        weight[o * packed.in() + d] = ofInput[o];
      }
    }
    return weight;
  }

  private static float[][] rows(long salt, int width) {
    float[][] rows = new float[16][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = random(100 * salt + r, width);
    }
    return rows;
  }

  private static float[] random(long salt, int length) {
    SplittableRandom random = Seeds.random(salt);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
