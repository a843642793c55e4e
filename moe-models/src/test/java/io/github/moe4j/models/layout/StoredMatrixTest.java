package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsFile;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Parts of matrices of every format, several matrices in a tensor, beside a loop over all numbers. */
@ExtendWith(Seeds.class)
class StoredMatrixTest {
  private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

  @TempDir
  Path folder;

  /** Any pieces of any rows, those that are read again and in another order too. */
  private static void assertReads(StoredMatrix matrix, double[] expected) {
    SplittableRandom random = Seeds.random(3);
    assertEquals(expected.length, matrix.rows() * matrix.columns());
    StoredMatrix.Reader reader = matrix.reader();
    for (int round = 0; round < 300; round++) {
      int row = random.nextInt((int) matrix.rows());
      int column = random.nextInt(matrix.columns());
      int count = random.nextInt(matrix.columns() - column + 1);
      int piece = 1 + random.nextInt(random.nextInt(4) == 0 ? matrix.columns() : 9);
      int apart = piece + random.nextInt(4);
      int at = random.nextInt(3);
      float[] target = new float[at + (count / piece + 1) * apart];
      Arrays.fill(target, -77);
      float[] wanted = target.clone();
      for (int i = 0; i < count; i++) {
        wanted[at + i / piece * apart + i % piece] =
            (float) expected[row * matrix.columns() + column + i];
      }
      reader.read(row, column, count, target, at, piece, apart);
      assertArrayEquals(wanted, target, "row " + row + ", " + count + " from " + column);
    }
    float[] target = new float[matrix.columns() + 1];
    for (int[] wrong : new int[][] {{(int) matrix.rows(), 0, 1}, {0, 1, matrix.columns()}}) {
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> reader.read(wrong[0], wrong[1], wrong[2], target, 0, 1, 1));
    }
  }

  private SafetensorsFile file(MemoryTensors tensors) throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    for (String name : tensors.names()) {
      TensorType type = tensors.type(name);
      if (type == TensorType.UINT8 || type == TensorType.FLOAT8_E4M3) {
        int length = (int) Arrays.stream(tensors.shape(name)).reduce(1, (a, b) -> a * b);
        writer.putBytes(name, tensors.shape(name), type, tensors.bytes(name, 0, length));
      } else {
        writer.put(name, tensors.read(name, DataType.DOUBLE), type);
      }
    }
    Path path = folder.resolve("model.safetensors");
    writer.write(path);
    return Safetensors.open(path);
  }

  /** As a whole, some of its first axis, and as a matrix. */
  private void assertStored(
      MemoryTensors tensors, String name, BlockScales blocks, double[] expected)
      throws IOException {
    try (SafetensorsFile file = file(tensors)) {
      StoredTensor stored = new StoredTensors(file, blocks).get(name);
      long[] shape = stored.shape();
      INDArray whole = stored.read(DataType.DOUBLE);
      assertArrayEquals(shape, whole.shape());
      assertArrayEquals(expected, whole.data().asDouble());
      int each = expected.length / (int) shape[0];
      for (int from = 0; from < shape[0]; from++) {
        for (int count = 1; from + count <= shape[0]; count++) {
          assertArrayEquals(
              Arrays.copyOfRange(expected, from * each, (from + count) * each),
              stored.read(DataType.DOUBLE, from, count).data().asDouble());
        }
      }
      assertReads(stored.matrix(), expected);
      assertEquals(1, stored.matrix().files().size());
    }
  }

  /** Numbers that the type holds exactly: any of float64, seven bits of the others. */
  private static INDArray numbers(TensorType type, SplittableRandom random, long... shape) {
    INDArray any = RandomArrays.normal(DataType.DOUBLE, random, shape);
    return type == TensorType.FLOAT64 ? any : Transforms.round(any.muli(16)).divi(64);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16"})
  void plain_partsOfRows_areThoseNumbers(TensorType type) throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    tensors.put("w", numbers(type, Seeds.random(1), 3, 4, 37), type);
    assertStored(
        tensors, "w", null, tensors.read("w", DataType.DOUBLE).dup('c').data().asDouble());
  }

  @Test
  void plain_vector_isOneRow() throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    tensors.put("v", RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 5), TensorType.FLOAT32);
    try (SafetensorsFile file = file(tensors)) {
      StoredMatrix vector = new StoredTensors(file, null).get("v").matrix();
      assertEquals(1, vector.rows());
      assertEquals(5, vector.columns());
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 5, FLOAT32", "3, 37, BFLOAT16", "1, 16, FLOAT64", "128, 128, FLOAT32"})
  void fp8_partsOfRowsOfSeveralMatrices_areCodesTimesScales(
      int blockRows, int blockColumns, TensorType type) throws IOException {
    int matrices = 3;
    int rows = 7;
    int columns = 37;
    SplittableRandom random = Seeds.random(1);
    byte[] codes = new byte[matrices * rows * columns];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) ((random.nextInt(2) << 7) + random.nextInt(0x7f));
    }
    int scaleRows = (rows + blockRows - 1) / blockRows;
    int scaleColumns = (columns + blockColumns - 1) / blockColumns;
    MemoryTensors tensors = new MemoryTensors();
    tensors.putBytes(
        "w",
        new long[] {matrices, rows, columns},
        TensorType.FLOAT8_E4M3,
        ByteBuffer.wrap(codes.clone()));
    tensors.put("w_scale_inv", numbers(type, random, matrices, scaleRows, scaleColumns), type);
    double[] scales =
        tensors.read("w_scale_inv", DataType.DOUBLE).dup('c').data().asDouble();
    double[] expected = new double[codes.length];
    for (int i = 0; i < codes.length; i++) {
      int matrix = i / (rows * columns);
      int row = i / columns % rows;
      int block =
          (matrix * scaleRows + row / blockRows) * scaleColumns + i % columns / blockColumns;
      expected[i] = Float8.fromE4m3(codes[i]) * scales[block];
    }
    assertStored(tensors, "w", new BlockScales(blockRows, blockColumns, false), expected);
  }

  private static double[] decoded(byte[] codes, byte[] scales) {
    double[] numbers = new double[codes.length * 2];
    for (int i = 0; i < numbers.length; i++) {
      int code = (i % 2 == 0 ? codes[i / 2] : codes[i / 2] >> 4) & 0xf;
      double size = E2M1[code & 7] * Math.scalb(1.0, Byte.toUnsignedInt(scales[i / 32]) - 127);
      numbers[i] = code < 8 ? size : -size;
    }
    return numbers;
  }

  private static MemoryTensors mxfp4(byte[] codes, byte[] scales) {
    MemoryTensors tensors = new MemoryTensors();
    tensors.putBytes(
        "w_blocks", new long[] {3, 2, 4, 16}, TensorType.UINT8, ByteBuffer.wrap(codes.clone()));
    tensors.putBytes(
        "w_scales", new long[] {3, 2, 4}, TensorType.UINT8, ByteBuffer.wrap(scales.clone()));
    return tensors;
  }

  @Test
  void mxfp4_partsOfRowsOfSeveralMatrices_areCodesTimesScales() throws IOException {
    byte[] codes = new byte[3 * 2 * 4 * 16];
    byte[] scales = new byte[3 * 2 * 4];
    SplittableRandom random = Seeds.random(1);
    random.nextBytes(codes);
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (100 + random.nextInt(60));
    }
    assertStored(mxfp4(codes, scales), "w_blocks", null, decoded(codes, scales));
  }

  /** Of 24 groups one is changed: it alone gets other bytes, and holds the nearest numbers. */
  @Test
  void mxfp4_oneGroupChanged_allOthersKeepTheirBytes() throws IOException {
    byte[] codes = new byte[3 * 2 * 4 * 16];
    byte[] scales = new byte[3 * 2 * 4];
    Seeds.random(2).nextBytes(codes);
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (110 + i);
    }
    MemoryTensors tensors = mxfp4(codes, scales);
    StoredTensor stored = new StoredTensors(tensors, null).get("w_blocks");
    for (int group = 0; group < 24; group++) {
      INDArray w = stored.read(DataType.DOUBLE);
      for (int i = 0; i < 32; i++) {
        int at = group * 32 + i;
        // Largest 6·2⁻³: with the specification's scale all are exact.
        w.putScalar(
            new int[] {at / 256, at / 128 % 2, at % 128}, E2M1[i % 8] * (i < 16 ? 0.125 : -0.125));
      }
      MemoryTensors again = new MemoryTensors();
      stored.write(w, again);
      byte[] newScales = new byte[24];
      again.bytes("w_scales", 0, 24).get(newScales);
      byte[] newCodes = new byte[codes.length];
      again.bytes("w_blocks", 0, codes.length).get(newCodes);
      assertArrayEquals(w.data().asDouble(), decoded(newCodes, newScales), "group " + group);
      for (int other = 0; other < 24; other++) {
        if (other != group) {
          assertEquals(scales[other], newScales[other], "group " + group);
          assertArrayEquals(
              Arrays.copyOfRange(codes, other * 16, other * 16 + 16),
              Arrays.copyOfRange(newCodes, other * 16, other * 16 + 16),
              "group " + group);
        }
      }
    }
  }

  @Test
  void mxfp4_tensorsOfOtherTypes_saySo() {
    byte[] codes = new byte[3 * 2 * 4 * 16];
    for (String wrong : new String[] {"w_blocks", "w_scales"}) {
      MemoryTensors tensors = mxfp4(codes, new byte[24]);
      long[] shape = tensors.shape(wrong);
      tensors.remove(wrong);
      tensors.put(
          wrong, RandomArrays.normal(DataType.FLOAT, Seeds.random(1), shape), TensorType.FLOAT32);
      assertEquals(
          "tensor " + wrong + " must be UINT8 to be MXFP4 but is FLOAT32",
          assertThrows(
                  LayoutException.class, () -> new StoredTensors(tensors, null).get("w_blocks"))
              .getMessage());
    }
  }
}
