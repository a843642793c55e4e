package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.quantized.StoredScales;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Weights in FP8 and MXFP4, read and written. */
@ExtendWith(Seeds.class)
class StoredTensorsTest {
  private static final BlockScales BLOCKS = new BlockScales(2, 3, false);

  /** 3 by 4 in blocks of 2 by 3, so that blocks at both edges are partial. */
  private static MemoryTensors fp8(byte[] codes, TensorType scaleType, double... scales) {
    MemoryTensors tensors = new MemoryTensors();
    tensors.putBytes("w", new long[] {3, 4}, TensorType.FLOAT8_E4M3, ByteBuffer.wrap(codes));
    tensors.put("w_scale_inv", Nd4j.createFromArray(scales).reshape(2, 2), scaleType);
    return tensors;
  }

  private static byte[] bytes(MemoryTensors tensors, String name, int count) {
    byte[] bytes = new byte[count];
    tensors.bytes(name, 0, count).get(bytes);
    return bytes;
  }

  private static byte[] randomCodes(int count) {
    byte[] codes = new byte[count];
    SplittableRandom random = Seeds.random(1);
    for (int i = 0; i < count; i++) {
      do {
        codes[i] = (byte) random.nextInt(256);
      } while ((codes[i] & 0x7f) == 0x7f); // NaN
    }
    codes[0] = (byte) 0x80; // −0
    return codes;
  }

  @Test
  void fp8_read_isTheCodeTimesTheScaleOfItsBlock() throws IOException {
    byte[] one = new byte[12];
    Arrays.fill(one, (byte) 0x38);
    one[5] = 0x40; // 2
    MemoryTensors tensors = fp8(one, TensorType.FLOAT32, 1, 10, 100, 1000);
    INDArray w = new StoredTensors(tensors, BLOCKS).get("w").read(DataType.DOUBLE);
    assertArrayEquals(
        new double[] {1, 1, 1, 10, 1, 2, 1, 10, 100, 100, 100, 1000},
        w.dup('c').data().asDouble());
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void fp8_writtenUnchanged_hasTheSameBytes(DataType type) throws IOException {
    byte[] codes = randomCodes(12);
    MemoryTensors tensors = fp8(codes, TensorType.FLOAT32, 0.1f, 3.3f, 1e-3f, 7);
    StoredTensor w = new StoredTensors(tensors, BLOCKS).get("w");
    MemoryTensors again = new MemoryTensors();
    w.write(w.read(type), again);
    assertArrayEquals(codes, bytes(again, "w", 12));
    assertEquals(
        tensors.read("w_scale_inv", DataType.DOUBLE), again.read("w_scale_inv", DataType.DOUBLE));
    assertEquals(TensorType.FLOAT32, again.type("w_scale_inv"));
  }

  @Test
  void fp8_changed_getsAScaleForItsLargestWeight_andOtherBlocksStay() throws IOException {
    byte[] codes = randomCodes(12);
    for (TensorType scaleType :
        new TensorType[] {TensorType.FLOAT32, TensorType.BFLOAT16, TensorType.FLOAT16}) {
      MemoryTensors tensors = fp8(codes, scaleType, 0.125, 0.25, 0.5, 2);
      StoredTensor stored = new StoredTensors(tensors, BLOCKS).get("w");
      INDArray w = stored.read(DataType.DOUBLE);
      w.putScalar(2, 3, 1234.5);
      MemoryTensors again = new MemoryTensors();
      stored.write(w, again);
      INDArray scales = again.read("w_scale_inv", DataType.DOUBLE);
      assertEquals(0.125, scales.getDouble(0, 0));
      assertTrue(scales.getDouble(1, 1) >= 1234.5 / 448 && scales.getDouble(1, 1) < 1234.5 / 440);
      INDArray read = new StoredTensors(again, BLOCKS).get("w").read(DataType.DOUBLE);
      assertEquals(1234.5, read.getDouble(2, 3), 1234.5 / 16);
      assertEquals(w.getDouble(0, 1), read.getDouble(0, 1));
    }
  }

  @Test
  void fp8_powersOfTwo_staySo() {
    BlockScales blocks = new BlockScales(2, 3, true);
    assertEquals(4, blocks.scale(2.1, TensorType.FLOAT32));
    assertEquals(2, blocks.scale(2, TensorType.FLOAT32));
    assertEquals(4, BLOCKS.scale(2.1, TensorType.FLOAT8_E8M0));
    assertEquals(1, BLOCKS.scale(0, TensorType.FLOAT32));
    assertThrows(LayoutException.class, () -> BLOCKS.scale(Double.NaN, TensorType.FLOAT32));
  }

  @Test
  void fp8_weightBeyondTheLargestScale_saysSo() throws IOException {
    MemoryTensors tensors = fp8(new byte[12], TensorType.FLOAT16, 1, 1, 1, 1);
    StoredTensor stored = new StoredTensors(tensors, BLOCKS).get("w");
    INDArray w = stored.read(DataType.DOUBLE);
    w.putScalar(0, 0, -70000.0 * 448);
    assertEquals(
        "a scale must be at most the largest FLOAT16 but would be 70000.0",
        assertThrows(LayoutException.class, () -> stored.write(w, new MemoryTensors()))
            .getMessage());
    assertEquals(0x1.fep127, BLOCKS.scale(0x1.fdp127, TensorType.BFLOAT16));
    for (TensorType type :
        new TensorType[] {TensorType.FLOAT32, TensorType.BFLOAT16, TensorType.FLOAT8_E8M0}) {
      assertThrows(LayoutException.class, () -> BLOCKS.scale(0x1p128, type), type.toString());
    }
    assertThrows(LayoutException.class, () -> BLOCKS.scale(0x1.fffp127, TensorType.FLOAT8_E8M0));
  }

  @Test
  void fp8_scalesMissingOrOfOtherShape_saySo() {
    MemoryTensors tensors = fp8(new byte[12], TensorType.FLOAT32, 1, 1, 1, 1);
    assertEquals(
        "tensor w_scale_inv must be [1, 1], since w is [3, 4] with blocks of 4 by 4, but is [2, 2]",
        error(tensors, new BlockScales(4, 4, false)));
    tensors.remove("w_scale_inv");
    assertEquals(
        "tensor w_scale_inv of shape [2, 2] is missing: w is FP8 with blocks of 2 by 3",
        error(tensors, BLOCKS));
    assertTrue(error(tensors, null).startsWith("tensor w is FP8, so the config must have"));
  }

  private static String error(MemoryTensors tensors, BlockScales blocks) {
    return assertThrows(LayoutException.class, () -> new StoredTensors(tensors, blocks).get("w"))
        .getMessage();
  }

  private static MemoryTensors mxfp4(byte[] codes, byte... scales) {
    MemoryTensors tensors = new MemoryTensors();
    tensors.putBytes(
        "w_blocks", new long[] {1, 2, 1, 16}, TensorType.UINT8, ByteBuffer.wrap(codes));
    tensors.putBytes("w_scales", new long[] {1, 2, 1}, TensorType.UINT8, ByteBuffer.wrap(scales));
    return tensors;
  }

  @Test
  void mxfp4_read_lowerFourBitsFirst() throws IOException {
    byte[] codes = new byte[32];
    codes[0] = (byte) 0x2f; // −6, then 1
    codes[16] = 0x01; // ½, then 0
    MemoryTensors tensors = mxfp4(codes, (byte) 128, (byte) 126);
    StoredTensors stored = new StoredTensors(tensors, null);
    assertEquals("[w_blocks]", stored.names().toString());
    INDArray w = stored.get("w_blocks").read(DataType.FLOAT);
    assertArrayEquals(new long[] {1, 2, 32}, w.shape());
    assertEquals(-12, w.getDouble(0, 0, 0));
    assertEquals(2, w.getDouble(0, 0, 1));
    assertEquals(0.25, w.getDouble(0, 1, 0));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void mxfp4_writtenUnchanged_hasTheSameBytes(DataType type) throws IOException {
    byte[] codes = new byte[32];
    Seeds.random(2).nextBytes(codes);
    MemoryTensors tensors = mxfp4(codes, (byte) 114, (byte) 129);
    StoredTensor w = new StoredTensors(tensors, null).get("w_blocks");
    MemoryTensors again = new MemoryTensors();
    w.write(w.read(type), again);
    assertArrayEquals(codes, bytes(again, "w_blocks", 32));
    assertArrayEquals(new byte[] {114, (byte) 129}, bytes(again, "w_scales", 2));
  }

  /** Two groups a row, with scales that are larger than their weights need, up to the largest. */
  @Test
  void mxfp4_writtenUnchanged_keepsScalesThatTheSpecificationWouldNotChoose() throws IOException {
    byte[] codes = new byte[64];
    Arrays.fill(codes, (byte) 0x12); // 1, then ½
    byte[] scales = {(byte) 254, 100, 101, 3};
    MemoryTensors tensors = new MemoryTensors();
    tensors.putBytes(
        "w_blocks", new long[] {1, 2, 2, 16}, TensorType.UINT8, ByteBuffer.wrap(codes));
    tensors.putBytes("w_scales", new long[] {1, 2, 2}, TensorType.UINT8, ByteBuffer.wrap(scales));
    StoredTensor w = new StoredTensors(tensors, null).get("w_blocks");
    INDArray read = w.read(DataType.DOUBLE);
    assertEquals(0x1p127, read.getDouble(0, 0, 0));
    assertEquals(0x1p-27, read.getDouble(0, 0, 32));
    MemoryTensors again = new MemoryTensors();
    w.write(read, again);
    assertArrayEquals(codes, bytes(again, "w_blocks", 64));
    assertArrayEquals(scales, bytes(again, "w_scales", 4));
  }

  @Test
  void fp8_packedScales_ofWholeMatricesAndMultiplesOf128Alone() throws IOException {
    MemoryTensors one = fp8Of(1, 1, 7);
    assertArrayEquals(new float[] {7}, packed(one, 3, 4).scales());
    assertArrayEquals(new float[] {7}, packed(one, 128, 256).scales());
    assertArrayEquals(new float[] {7}, packed(one, 5, 4).scales());
    assertEquals(
        "tensor w has blocks of 2 by 4, but only multiples of 128 stay FP8: choose a format",
        assertThrows(LayoutException.class, () -> packed(fp8Of(2, 1, 7, 8), 2, 4))
            .getMessage());
    assertEquals(
        "tensor w has blocks of 3 by 3, but only multiples of 128 stay FP8: choose a format",
        assertThrows(LayoutException.class, () -> packed(fp8Of(1, 2, 7, 8), 3, 3))
            .getMessage());
  }

  /** 3 by 4 with so many rows and columns of scales. */
  private static MemoryTensors fp8Of(int rows, int columns, double... scales) {
    MemoryTensors tensors = new MemoryTensors();
    tensors.putBytes("w", new long[] {3, 4}, TensorType.FLOAT8_E4M3, ByteBuffer.allocate(12));
    INDArray all = Nd4j.createFromArray(scales).reshape(rows, columns);
    tensors.put("w_scale_inv", all, TensorType.FLOAT32);
    return tensors;
  }

  private static StoredScales packed(MemoryTensors tensors, int rows, int columns)
      throws IOException {
    return new BlockScaledTensor(tensors, "w", new BlockScales(rows, columns, false))
        .packedScales();
  }

  /** The scale 255 is no number: it does not stay, not even for zeros. */
  @Test
  void mxfp4_zerosWhereTheScaleWasNotANumber_getTheLeastScale() throws IOException {
    MemoryTensors tensors = mxfp4(new byte[32], (byte) 255, (byte) 127);
    MemoryTensors again = new MemoryTensors();
    INDArray zeros = Nd4j.zeros(DataType.DOUBLE, 1, 2, 32);
    new StoredTensors(tensors, null).get("w_blocks").write(zeros, again);
    assertArrayEquals(new byte[] {0, 127}, bytes(again, "w_scales", 2));
  }

  /** Scales belong to their tensor, and are tensors of their own without it. */
  @Test
  void names_scalesOfATensor_areNotAmongThem() {
    MemoryTensors tensors = new MemoryTensors();
    for (String name :
        List.of("w", "w_scale_inv", "v_scale_inv", "m_blocks", "m_scales", "scales")) {
      tensors.putBytes(name, new long[] {1, 1}, TensorType.UINT8, ByteBuffer.allocate(1));
    }
    StoredTensors stored = new StoredTensors(tensors, null);
    assertEquals(Set.of("w", "v_scale_inv", "m_blocks", "scales"), Set.copyOf(stored.names()));
    assertEquals(List.of("w", "w_scale_inv"), stored.stored(Place.of("w", 1, 1)));
    assertEquals(List.of("m_blocks", "m_scales"), stored.stored(Place.of("m_blocks", 1, 1)));
    assertEquals(List.of("scales"), stored.stored(Place.of("scales", 1, 1)));
    assertEquals(List.of(), stored.stored(Place.of("w_scale_inv", 1, 1)));
  }

  @Test
  void mxfp4_changed_getsTheScaleOfTheSpecification() throws IOException {
    MemoryTensors tensors = mxfp4(new byte[32], (byte) 127, (byte) 127);
    StoredTensor stored = new StoredTensors(tensors, null).get("w_blocks");
    INDArray w = stored.read(DataType.DOUBLE);
    w.putScalar(new int[] {0, 1, 31}, 11.0); // ⌊log₂ 11⌋ − 2 = 1: codes of 2, so 5.5 becomes 6 or 4
    MemoryTensors again = new MemoryTensors();
    stored.write(w, again);
    assertArrayEquals(new byte[] {127, (byte) 128}, bytes(again, "w_scales", 2));
    assertEquals(
        12,
        new StoredTensors(again, null).get("w_blocks").read(DataType.DOUBLE).getDouble(0, 1, 31));
    w.putScalar(new int[] {0, 0, 0}, 11.0);
    MemoryTensors first = new MemoryTensors();
    stored.write(w, first);
    assertArrayEquals(new byte[] {(byte) 128, (byte) 128}, bytes(first, "w_scales", 2));
    w.putScalar(new int[] {0, 0, 0}, Double.NaN);
    assertThrows(LayoutException.class, () -> stored.write(w, new MemoryTensors()));
  }

  @Test
  void mxfp4_shapesThatDoNotFit_saySo() {
    MemoryTensors tensors = mxfp4(new byte[32], (byte) 1, (byte) 1);
    tensors.remove("w_scales");
    assertEquals(
        "tensor w_scales is missing but w_blocks exists",
        assertThrows(LayoutException.class, () -> new StoredTensors(tensors, null).get("w_blocks"))
            .getMessage());
    tensors.putBytes("w_scales", new long[] {1, 2}, TensorType.UINT8, ByteBuffer.allocate(2));
    assertEquals(
        "tensor w_scales must be [1, 2, 1], since w_blocks is [1, 2, 1, 16], but is [1, 2]",
        assertThrows(LayoutException.class, () -> new StoredTensors(tensors, null).get("w_blocks"))
            .getMessage());
  }
}
