package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class SafetensorsTest {
  @TempDir
  Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("model.safetensors");
  }

  private static double[] numbers(INDArray array) {
    return array.isEmpty()
        ? new double[0]
        : array.castTo(DataType.DOUBLE).ravel().toDoubleVector();
  }

  /**
   * From the format's description: 8 bytes of length, JSON, spaces to a multiple of 8, elements. 1.5 is 3fc0…
   * in bfloat16 and float32 and 3ff8… in float64, and 3e00 in float16; all stored low byte first.
   */
  @Test
  void write_smallModel_givesTheBytesOfTheDescription() throws IOException {
    SafetensorsWriter writer = Safetensors.writer().metadata("format", "pt");
    writer.put("b", RandomArrays.of(DataType.FLOAT, new double[] {1.5, -2}, 2), TensorType.FLOAT16);
    writer.put("c", RandomArrays.of(DataType.FLOAT, new double[] {1.5}, 1), TensorType.BFLOAT16);
    writer.put("a", RandomArrays.of(DataType.DOUBLE, new double[] {1.5}, 1, 1), TensorType.FLOAT32);
    writer.put("d", RandomArrays.of(DataType.DOUBLE, new double[] {1.5}, 1), TensorType.FLOAT64);
    writer.write(file);
    String header = "{\"__metadata__\":{\"format\":\"pt\"},"
        + Bytes.tensor("d", "F64", "[1]", 0, 8) + ","
        + Bytes.tensor("a", "F32", "[1,1]", 8, 12) + ","
        + Bytes.tensor("c", "BF16", "[1]", 12, 14) + ","
        + Bytes.tensor("b", "F16", "[2]", 14, 18) + "}";
    String padded = header + " ".repeat((8 - header.length() % 8) % 8);
    byte[] data = HexFormat.of().parseHex("000000000000f83f" + "0000c03f" + "c03f" + "003e00c0");
    assertArrayEquals(Bytes.file(padded, data), Files.readAllBytes(file));
  }

  /** Written by the format's own implementation, version 0.8.0: save_file of numpy arrays. */
  @Test
  void write_sameTensorsAsReferenceImplementation_givesTheSameBytes() throws IOException {
    SafetensorsWriter writer =
        Safetensors.writer().metadata("for\tmat", "\"pt\" é \u0001\ud83d\ude00");
    writer.put(
        "é.\"w\"\\\n", Nd4j.arange(6).castTo(DataType.FLOAT).reshape(2, 3), TensorType.FLOAT32);
    writer.put("\ud83d\ude00", Nd4j.scalar(DataType.FLOAT, 0.1), TensorType.FLOAT16);
    writer.put("\uff5e", Nd4j.create(DataType.FLOAT, 0, 3), TensorType.FLOAT16);
    writer.put(
        "z", RandomArrays.of(DataType.DOUBLE, new double[] {0.1, -1e300}, 2), TensorType.FLOAT64);
    writer.put(
        "a", RandomArrays.of(DataType.FLOAT, new double[] {0.1, 3e38}, 2), TensorType.FLOAT32);
    writer.write(file);
    assertArrayEquals(
        HexFormat.of().parseHex(REFERENCE), Files.readAllBytes(file), () -> read(file));
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static final String REFERENCE =
      "60010000000000007b225f5f6d657461646174615f5f223a7b22666f725c746d6174223a225c2270"
          + "745c2220c3a9205c7530303031f09f9880227d2c227a223a7b226474797065223a22463634222c22"
          + "7368617065223a5b325d2c22646174615f6f666673657473223a5b302c31365d7d2c2261223a7b22"
          + "6474797065223a22463332222c227368617065223a5b325d2c22646174615f6f666673657473223a"
          + "5b31362c32345d7d2c22c3a92e5c22775c225c5c5c6e223a7b226474797065223a22463332222c22"
          + "7368617065223a5b322c335d2c22646174615f6f666673657473223a5b32342c34385d7d2c22efbd"
          + "9e223a7b226474797065223a22463136222c227368617065223a5b302c335d2c22646174615f6f66"
          + "6673657473223a5b34382c34385d7d2c22f09f9880223a7b226474797065223a22463136222c2273"
          + "68617065223a5b5d2c22646174615f6f666673657473223a5b34382c35305d7d7d20202020202020"
          + "9a9999999999b93f9c7500883ce437fecdcccc3de6b1617f000000000000803f0000004000004040"
          + "000080400000a040662e";

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FLOAT8_E8M0", "UINT8", "INT32", "INT64"}) // which take no other numbers than theirs
  void read_ofEachType_givesRoundedNumbers(TensorType type) throws IOException {
    // Longer than a piece; transposed, so not contiguous.
    double[] values = RandomArrays.normal(Seeds.random(1), 129 * 257);
    for (DataType from : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      INDArray array = RandomArrays.of(from, values, 129, 257).transpose();
      SafetensorsWriter writer = Safetensors.writer();
      writer.put("x", array, type);
      writer.write(file);
      double[] expected = numbers(array.dup('c'));
      for (int i = 0; i < expected.length; i++) {
        expected[i] = switch (type) {
          case FLOAT64 -> expected[i];
          case FLOAT32 -> (float) expected[i];
          case FLOAT16 -> HalfFloats.fromFloat16(HalfFloats.toFloat16(expected[i]));
          case BFLOAT16 -> HalfFloats.fromBfloat16(HalfFloats.toBfloat16(expected[i]));
          case FLOAT8_E4M3 -> Float8.fromE4m3(Float8.toE4m3(expected[i]));
          case FLOAT8_E5M2 -> Float8.fromE5m2(Float8.toE5m2(expected[i]));
          case FLOAT8_E8M0, UINT8, INT32, INT64 -> throw new AssertionError(type);
        };
      }
      try (SafetensorsFile open = Safetensors.open(file)) {
        assertEquals(type, open.type("x"));
        assertArrayEquals(new long[] {257, 129}, open.shape("x"));
        INDArray doubles = open.read("x", DataType.DOUBLE);
        assertEquals(DataType.DOUBLE, doubles.dataType());
        assertEquals('c', doubles.ordering());
        assertArrayEquals(expected, numbers(doubles));
        INDArray floats = open.read("x", DataType.FLOAT);
        assertEquals(DataType.FLOAT, floats.dataType());
        for (int i = 0; i < expected.length; i++) {
          expected[i] = (float) expected[i];
        }
        assertArrayEquals(expected, numbers(floats));
      }
    }
  }

  @Test
  void read_specialNumbers_keepsThem() throws IOException {
    double[] special = {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0x1p-24, 65520, 65519
    };
    SafetensorsWriter writer = Safetensors.writer();
    for (TensorType type : List.of(
        TensorType.FLOAT64,
        TensorType.FLOAT32,
        TensorType.FLOAT16,
        TensorType.BFLOAT16,
        TensorType.FLOAT8_E5M2,
        TensorType.FLOAT8_E4M3)) {
      writer.put(type.name(), RandomArrays.of(DataType.DOUBLE, special, 7), type);
    }
    writer.write(file);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertArrayEquals(special, numbers(open.read("FLOAT64", DataType.DOUBLE)));
      assertArrayEquals(special, numbers(open.read("FLOAT32", DataType.FLOAT)));
      special[5] = Double.POSITIVE_INFINITY;
      special[6] = 65504;
      assertArrayEquals(special, numbers(open.read("FLOAT16", DataType.FLOAT)));
      special[5] = special[6] = 65536;
      assertArrayEquals(special, numbers(open.read("BFLOAT16", DataType.FLOAT)));
      special[4] = 0;
      special[5] = special[6] = Double.POSITIVE_INFINITY;
      assertArrayEquals(special, numbers(open.read("FLOAT8_E5M2", DataType.FLOAT)));
      special[1] = special[2] = special[5] = special[6] = Double.NaN;
      assertArrayEquals(special, numbers(open.read("FLOAT8_E4M3", DataType.FLOAT)));
    }
  }

  @Test
  void read_scalarsAndEmptyTensors_keepsTheirShapes() throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("scalar", Nd4j.scalar(DataType.FLOAT, 2.5), TensorType.FLOAT32);
    writer.put("empty", Nd4j.create(DataType.DOUBLE, 3, 0, 2), TensorType.FLOAT64);
    writer.put("row", Nd4j.create(DataType.FLOAT, 0), TensorType.BFLOAT16);
    writer.write(file);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertEquals(List.of("empty", "scalar", "row"), List.copyOf(open.names()));
      INDArray scalar = open.read("scalar", DataType.DOUBLE);
      assertArrayEquals(new long[0], scalar.shape());
      assertEquals(2.5, scalar.getDouble());
      assertArrayEquals(new long[] {3, 0, 2}, open.read("empty", DataType.FLOAT).shape());
      assertArrayEquals(new long[] {0}, open.read("row", DataType.FLOAT).shape());
    }
    Safetensors.writer().write(file);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertTrue(open.names().isEmpty());
      assertEquals(Map.of(), open.metadata());
    }
  }

  @Test
  void read_wholeNumbers_areExactAndWrittenToTheSameBytes() throws IOException {
    double[] small = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE};
    double[] large = {0, -1, 0x1p53, -0x1p53};
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("i", Nd4j.createFromArray(small), TensorType.INT32);
    writer.put("l", Nd4j.createFromArray(large), TensorType.INT64);
    writer.write(file);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertEquals("I32", open.dtype("i"));
      assertEquals(TensorType.INT64, open.type("l"));
      assertArrayEquals(small, open.read("i", DataType.DOUBLE).data().asDouble());
      assertArrayEquals(large, open.read("l", DataType.DOUBLE).data().asDouble());
    }
  }

  @Test
  void write_noWholeNumber_isAnError() {
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("i", Nd4j.createFromArray(0.5), TensorType.INT32);
    String message =
        assertThrows(IllegalArgumentException.class, () -> writer.write(file)).getMessage();
    assertTrue(
        message.endsWith("INT32 must be a whole number from -2147483648 to 2147483647 but was 0.5"),
        message);
  }

  @Test
  void read_otherKinds_areListedButRefused() throws IOException {
    Bytes.write(
        file,
        "{" + Bytes.tensor("ids", "U64", "[1]", 0, 8) + "," + Bytes.tensor("q", "F4", "[4]", 8, 10)
            + ",\"__metadata__\":{\"a\":\"1\",\"b\":\"\"}}\n\t  ",
        new byte[10]);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertEquals("U64", open.dtype("ids"));
      assertEquals("F4", open.dtype("q"));
      assertArrayEquals(new long[] {4}, open.shape("q"));
      assertEquals(Map.of("a", "1", "b", ""), open.metadata());
      String expected = file + ": tensor ids has dtype U64; only F64, F32, F16, BF16, F8_E4M3,"
          + " F8_E5M2, F8_E8M0, U8, I32 and I64 can be read";
      assertEquals(
          expected,
          assertThrows(SafetensorsException.class, () -> open.read("ids", DataType.FLOAT))
              .getMessage());
      assertEquals(
          expected,
          assertThrows(UnsupportedOperationException.class, () -> open.type("ids"))
              .getMessage());
      var missing = assertThrows(IllegalArgumentException.class, () -> open.shape("x"));
      assertEquals(file + " has no tensor x; it has 2 tensors", missing.getMessage());
      assertThrows(IllegalArgumentException.class, () -> open.read("ids", DataType.INT32));
    }
  }

  @Test
  void elements_atEndsOfSegments_areWhole() throws IOException {
    byte[] bytes = new byte[1000];
    Seeds.random(2).nextBytes(bytes);
    Files.write(file, bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      MappedBytes mapped = MappedBytes.of(channel, bytes.length, 5);
      for (int width = 1; width <= 8; width *= 2) {
        for (int from = 0; from + width <= bytes.length; from++) {
          var piece = mapped.elements(from, width, 3);
          assertTrue(piece.remaining() >= width && piece.remaining() <= 3 * width);
          for (int i = 0; piece.hasRemaining() && from + i < bytes.length; i++) {
            assertEquals(bytes[from + i], piece.get());
          }
        }
      }
    }
  }

  /** A file with a hole, which takes no room on disk. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void read_behindFourGigabytes_findsItsPlace() throws IOException {
    long large = (1L << 32) + 3;
    byte[] head = Bytes.file("{" + Bytes.tensor("large", "U8", "[" + large + "]", 0, large) + ","
        + Bytes.tensor("x", "F32", "[2]", large, large + 8) + "}");
    Files.write(file, head);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer numbers = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      numbers.putFloat(1.5f).putFloat(-2).flip();
      assertEquals(8, channel.write(numbers, head.length + large));
    }
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertArrayEquals(new long[] {large}, open.shape("large"));
      assertArrayEquals(new double[] {1.5, -2}, numbers(open.read("x", DataType.FLOAT)));
    }
  }

  @Test
  void close_thenRead_isRefusedAndFileCanBeDeleted() throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("x", Nd4j.ones(DataType.FLOAT, 4), TensorType.FLOAT32);
    writer.write(file);
    SafetensorsFile open = Safetensors.open(file);
    INDArray kept = open.read("x", DataType.FLOAT);
    // A file that is replaced stays as it was for those who have it open.
    writer = Safetensors.writer();
    writer.put("x", Nd4j.zeros(DataType.FLOAT, 4), TensorType.FLOAT32);
    writer.write(file);
    assertEquals(4, open.read("x", DataType.FLOAT).sumNumber().intValue());
    open.close();
    open.close();
    assertThrows(IllegalStateException.class, () -> open.read("x", DataType.FLOAT));
    assertEquals(1, open.names().size());
    Files.delete(file);
    assertEquals(4, kept.sumNumber().intValue());
  }

  @Test
  void read_fromTwoThreads_givesTheSame() throws Exception {
    SafetensorsWriter writer = Safetensors.writer();
    INDArray[] arrays = new INDArray[6];
    for (int i = 0; i < arrays.length; i++) {
      arrays[i] = RandomArrays.normal(DataType.FLOAT, Seeds.random(i), 200, 301);
      writer.put("t" + i, arrays[i], TensorType.FLOAT32);
    }
    writer.writeSharded(folder, 500_000);
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (ShardedSafetensors open = ShardedSafetensors.open(folder)) {
      Callable<Boolean> all = () -> {
        boolean same = true;
        for (int round = 0; round < 10; round++) {
          for (int i = 0; i < arrays.length; i++) {
            same &= arrays[i].equalsWithEps(open.read("t" + i, DataType.FLOAT), 0);
          }
        }
        return same;
      };
      for (Future<Boolean> same : two.invokeAll(List.of(all, all))) {
        assertTrue(same.get());
      }
    } finally {
      two.shutdownNow();
    }
  }

  /** An empty tensor lies where another begins or ends; a header may name it before either. */
  @Test
  void open_emptyTensorsNamedInAnyOrder_areThere() throws IOException {
    String[] tensors = {
      Bytes.tensor("b", "F32", "[1]", 4, 8),
      Bytes.tensor("after a", "F32", "[0]", 4, 4),
      Bytes.tensor("a", "F32", "[1]", 0, 4),
      Bytes.tensor("at last", "F32", "[0]", 8, 8)
    };
    for (String header : List.of(
        String.join(",", tensors),
        String.join(",", tensors[3], tensors[1], tensors[2], tensors[0]))) {
      byte[] ones = HexFormat.of().parseHex("0000803f" + "0000803f");
      Bytes.write(file, "{" + header + "}", ones);
      try (SafetensorsFile open = Safetensors.open(file)) {
        assertEquals(4, open.names().size());
        assertEquals(1, open.read("b", DataType.FLOAT).getFloat(0));
        assertEquals(0, open.read("after a", DataType.FLOAT).length());
      }
    }
  }

  @Test
  void write_longestNameAndMostMetadata_isReadAgain() throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    String name = "n".repeat(4096);
    writer.put(name, Nd4j.ones(DataType.FLOAT, 1), TensorType.FLOAT32);
    for (int i = 0; i < 100_000; i++) {
      writer.metadata(Integer.toString(i), "");
    }
    assertEquals(
        "keys of metadata must be at most 100000",
        assertThrows(IllegalArgumentException.class, () -> writer.metadata("more", ""))
            .getMessage());
    writer.write(file);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertEquals(List.of(name), List.copyOf(open.names()));
      assertEquals(100_000, open.metadata().size());
    }
  }

  @Test
  void metadata_halfACharacter_isRefused() {
    SafetensorsWriter writer = Safetensors.writer();
    for (String[] entry : new String[][] {{"k\ud800", "v"}, {"k", "\ud800"}}) {
      assertEquals(
          "metadata " + entry[0] + " has an unpaired surrogate",
          assertThrows(IllegalArgumentException.class, () -> writer.metadata(entry[0], entry[1]))
              .getMessage());
    }
  }

  @Test
  void put_closedArray_isRefusedAtOnceAndOneFromASupplierWhenWritten() throws IOException {
    INDArray closed = Nd4j.ones(DataType.FLOAT, 2);
    closed.close();
    INDArray closedInts = Nd4j.ones(DataType.INT32, 2);
    closedInts.close();
    SafetensorsWriter writer = Safetensors.writer();
    String expected = "x must be usable but it, or the array of which it is a view, was closed";
    for (INDArray array : List.of(closed, closedInts)) {
      assertEquals(
          expected,
          assertThrows(
                  IllegalArgumentException.class, () -> writer.put("x", array, TensorType.FLOAT32))
              .getMessage());
    }
    writer.write(file);
    byte[] before = Files.readAllBytes(file);
    for (INDArray array : List.of(closed, closedInts)) {
      SafetensorsWriter supplied = Safetensors.writer();
      supplied.put("x", new long[] {2}, TensorType.FLOAT32, () -> array);
      assertEquals(
          expected,
          assertThrows(IllegalArgumentException.class, () -> supplied.write(file))
              .getMessage());
      assertArrayEquals(before, Files.readAllBytes(file));
    }
  }

  @Test
  void put_whatNoFileCanHold_isRefused() throws IOException {
    SafetensorsWriter writer = Safetensors.writer().metadata("a", "b");
    INDArray x = Nd4j.ones(DataType.FLOAT, 2);
    writer.put("x", x, TensorType.FLOAT32);
    List<String> messages = new ArrayList<>();
    for (String name : List.of("x", "__metadata__", "\ud800", "n".repeat(4097))) {
      messages.add(assertThrows(
              IllegalArgumentException.class, () -> writer.put(name, x, TensorType.FLOAT32))
          .getMessage());
    }
    assertEquals(
        List.of(
            "tensor x must be added once",
            "no tensor can have the name __metadata__",
            "name \ud800 has an unpaired surrogate",
            "a name must have at most 4096 characters but has 4097"),
        messages);
    assertThrows(IllegalArgumentException.class, () -> writer.metadata("a", "c"));
    assertThrows(
        IllegalArgumentException.class,
        () -> writer.put("y", Nd4j.ones(DataType.INT32, 2), TensorType.FLOAT32));
    long[] large = {1L << 40, 1L << 40};
    assertThrows(
        IllegalArgumentException.class, () -> writer.put("y", large, TensorType.FLOAT32, () -> x));
    assertThrows(
        IllegalArgumentException.class,
        () -> writer.put("y", new long[] {-1}, TensorType.FLOAT32, () -> x));
    writer.write(file);
    byte[] before = Files.readAllBytes(file);
    writer.put("y", new long[] {3}, TensorType.FLOAT32, () -> x);
    var wrong = assertThrows(IllegalArgumentException.class, () -> writer.write(file));
    assertEquals("y must be [3] but was [2]", wrong.getMessage());
    assertArrayEquals(before, Files.readAllBytes(file));
    try (var all = Files.list(folder)) {
      assertEquals(List.of(file), all.toList());
    }
  }
}
