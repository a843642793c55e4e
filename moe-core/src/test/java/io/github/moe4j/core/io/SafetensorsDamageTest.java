package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Files that lie are refused in one line that says where. */
class SafetensorsDamageTest {
  private static final String A = Bytes.tensor("a", "F32", "[2]", 0, 8);
  private static final String SMALL = "{\"__metadata__\":{\"k\":\"v\"}," + A + ","
      + Bytes.tensor("b", "BF16", "[1,2]", 8, 12) + ","
      + Bytes.tensor("c", "I64", "[]", 12, 20) + "," + Bytes.tensor("d", "F64", "[0]", 20, 20)
      + "}  ";
  static final byte[] WHOLE = Bytes.file(SMALL, new byte[20]);

  @TempDir
  Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("model.safetensors");
  }

  /** Reads all there is. */
  static void read(Path file, byte[] bytes) throws IOException {
    Files.deleteIfExists(file); // the one before may still be mapped
    Files.write(file, bytes);
    try (SafetensorsFile open = Safetensors.open(file)) {
      for (String name : open.names()) {
        if (Dtype.valueOf(open.dtype(name)).type() != null) {
          assertEquals(open.type(name), Dtype.valueOf(open.dtype(name)).type());
          open.read(name, DataType.DOUBLE);
        }
      }
    }
  }

  private String refusal(byte[] bytes) {
    String message =
        assertThrows(SafetensorsException.class, () -> read(file, bytes)).getMessage();
    assertTrue(message.startsWith(file + ": "), message);
    assertFalse(message.contains("\n"), message);
    return message.substring(file.toString().length() + 2);
  }

  private String refusal(String header, int dataBytes) {
    return refusal(Bytes.file(header, new byte[dataBytes]));
  }

  @Test
  void open_cutAtAnyByte_isRefused() throws IOException {
    read(file, WHOLE);
    for (int length = 0; length < WHOLE.length; length++) {
      refusal(Arrays.copyOf(WHOLE, length));
    }
    refusal(Arrays.copyOf(WHOLE, WHOLE.length + 1));
    assertEquals(
        "must begin with 8 bytes of the header's length but has 7 bytes",
        refusal(Arrays.copyOf(WHOLE, 7)));
  }

  @Test
  void read_fileCutAfterOpening_isRefused() throws IOException {
    Files.write(file, WHOLE);
    try (SafetensorsFile open = Safetensors.open(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      open.read("a", DataType.FLOAT);
      channel.truncate(20);
      var error = assertThrows(SafetensorsException.class, () -> open.read("a", DataType.FLOAT));
      assertEquals(
          "%s: had %d bytes when it was opened but has 20".formatted(file, WHOLE.length),
          error.getMessage());
    }
  }

  @Test
  void open_noFile_saysSo() {
    assertThrows(NoSuchFileException.class, () -> Safetensors.open(file));
  }

  @Test
  void open_lyingLength_isRefusedWithoutTakingMemory() {
    byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
    assertEquals("header declares 3 bytes but 2 follow", refusal(Bytes.withLength(3, header)));
    assertEquals(
        "header declares 100000000 bytes but 2 follow",
        refusal(Bytes.withLength(100_000_000, header)));
    assertEquals(
        "header must have at most 100000000 bytes but declares 100000001",
        refusal(Bytes.withLength(100_000_001, header)));
    assertEquals(
        "header must have at most 100000000 bytes but declares 18446744073709551615",
        refusal(Bytes.withLength(-1, header)));
    assertEquals("header: must begin with {", refusal(Bytes.withLength(0, header)));
  }

  /** One tensor with two bytes of data. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "U8 | [3] | 0 | 2 | of shape [3] and dtype U8 must have 3 bytes but lies from byte 0 to byte 2",
        "U8 | [2] | 2 | 0 | of shape [2] and dtype U8 must have 2 bytes but lies from byte 2 to byte 0",
        "F4 | [3] | 0 | 2 | of shape [3] and dtype F4 has no possible size: not whole bytes",
        "F64 | [1152921504606846976] | 0 | 2 "
            + "| of shape [1152921504606846976] and dtype F64 has no possible size: long overflow",
        "U8 | [4294967296,4294967296] | 0 | 0 "
            + "| of shape [4294967296, 4294967296] and dtype U8 has no possible size: long overflow",
        "U8 | [0,9223372036854775807,3] | 0 | 0 "
            + "| of shape [0, 9223372036854775807, 3] and dtype U8 has no possible size: long overflow",
        "U8 | [3] | 0 | 3 | a ends at byte 3 but the file has 2 bytes of data",
        "U8 | [9223372036854775807] | 0 | 9223372036854775807 | has no possible size: long overflow",
        "U8 | [1] | 0 | 1 "
            + "| the last tensor must end with the file, at byte 2 of its data, but ends at byte 1",
        "U8 | [1] | 1 | 2 | must begin at byte 0, where the one before ends, but leaves a gap at byte 1",
        "U8 | [-2] | 0 | 2 | shape must not be negative but has -2",
        "U8 | [2] | -2 | 0 | data_offsets must not be negative but has -2",
        "U8 | [9223372036854775808] | 0 | 2 | shape must be below 2^63 but has 9223372036854775808",
        "U8 | [2.0] | 0 | 2 | shape must hold whole numbers but has VALUE_NUMBER_FLOAT",
        "U8 | [[2]] | 0 | 2 | shape must hold whole numbers but has START_ARRAY",
        "U8 | 2 | 0 | 2 | shape must be a list but has VALUE_NUMBER_INT",
        "U8 | [02] | 0 | 2 | is invalid JSON at character",
        "u8 | [2] | 0 | 2 | tensor a has dtype u8, which the format does not define",
      })
  void open_wrongTensor_saysWhatIsWrong(
      String dtype, String shape, String begin, String end, String expected) {
    String header = "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%s,%s]}}"
        .formatted(dtype, shape, begin, end);
    String message = refusal(header, 2);
    assertTrue(message.startsWith("header: ") && message.contains(expected), message);
  }

  @Test
  void open_wrongLayout_isRefused() {
    String overlapping = Bytes.tensor("b", "F32", "[1]", 4, 8);
    assertEquals(
        "header: tensor b must begin at byte 8, where the one before ends, but overlaps it at byte 4",
        refusal("{" + A + "," + overlapping + "}", 8));
    String after = Bytes.tensor("b", "F32", "[1]", 12, 16);
    assertEquals(
        "header: tensor b must begin at byte 8, where the one before ends, but leaves a gap at byte 12",
        refusal("{" + after + "," + A + "}", 16));
    assertTrue(refusal("{" + A + "}", 9).contains("must end with the file"));
    assertTrue(refusal("{}", 1).contains("must end with the file"));
  }

  @Test
  void open_sameKeyTwice_isRefused() {
    assertEquals("header: it has key a twice", refusal("{" + A + "," + A + "}", 8));
    assertEquals(
        "header: it has key a twice",
        refusal("{" + A + "," + A.replace("a\":{", "\\u0061\":{") + "}", 8));
    assertEquals(
        "header: __metadata__ has key k twice",
        refusal("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0));
    assertEquals(
        "header: tensor a has key dtype twice",
        refusal("{" + A.replace("\"shape", "\"dtype\":\"F32\",\"shape") + "}", 8));
  }

  @Test
  void open_wrongStructure_isRefused() {
    assertEquals(
        "header: tensor a must have dtype, shape and data_offsets but has [dtype, shape]",
        refusal("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4));
    assertEquals(
        "header: tensor a must have dtype, shape and data_offsets alone but has order",
        refusal("{" + A.replace("}", ",\"order\":\"F\"}") + "}", 8));
    assertEquals(
        "header: tensor a: data_offsets must have at most 2 numbers but has more",
        refusal("{" + A.replace(",8]", ",8,8]") + "}", 8));
    assertEquals(
        "header: tensor a: data_offsets must be 2 numbers but has 1",
        refusal("{" + A.replace(",8]", "]") + "}", 8));
    assertEquals(
        "header: tensor a: dtype must be a string but has VALUE_NULL",
        refusal("{" + A.replace("\"F32\"", "null") + "}", 8));
    assertEquals(
        "header: tensor a must be an object but has VALUE_NULL", refusal("{\"a\":null}", 0));
    assertEquals(
        "header: __metadata__ k must be a string but has VALUE_NUMBER_INT",
        refusal("{\"__metadata__\":{\"k\":1}}", 0));
    assertEquals("header: must begin with {", refusal(" {}", 0));
    assertEquals("header: must begin with {", refusal("[]", 0));
    assertEquals(
        "header: must end with its object but has START_OBJECT after it", refusal("{}{}", 0));
    assertTrue(refusal("{}\0\0", 0).contains("invalid JSON at character"));
    assertTrue(refusal("{\"a\":", 0).startsWith("header: is invalid JSON at character"));
  }

  @Test
  void open_wrongText_isRefused() {
    assertTrue(refusal("{\"a\nb\":1}", 0).contains("invalid JSON"), "a control character");
    assertEquals(
        "header: it has key \\ud800 with an unpaired surrogate", refusal("{\"\\ud800\":1}", 0));
    byte[] latin = "{\"\u00e9\":1}".getBytes(StandardCharsets.ISO_8859_1);
    assertEquals("header: is not valid UTF-8", refusal(Bytes.withLength(latin.length, latin)));
    byte[] wide = "{}".getBytes(StandardCharsets.UTF_16LE);
    refusal(Bytes.withLength(wide.length, wide));
    String message = refusal("{\"" + "n".repeat(5000) + "\":{}}", 0);
    assertTrue(message.endsWith("n… has 5000"), message);
  }

  @Test
  void open_hugeButWellFormed_isRefusedSoon() {
    assertTimeout(Duration.ofSeconds(20), () -> {
      String deep = "[".repeat(3_000_000);
      assertTrue(refusal("{\"a\":" + deep, 0).contains("must be an object"));
      assertTrue(refusal("{" + A.replace("[2]", deep) + "}", 8).contains("whole numbers"));
      String long32 = "[" + "1,".repeat(32) + "1]";
      assertTrue(refusal("{" + A.replace("[2]", long32) + "}", 8).contains("at most 32 numbers"));
      String digits = "1".repeat(3_000_000);
      assertTrue(refusal("{" + A.replace("[2]", "[" + digits + "]") + "}", 8).contains("2^63"));
      assertTrue(refusal("{\"" + "n".repeat(3_000_000) + "\":{}}", 0).contains("4096"));
      StringBuilder metadata = new StringBuilder("{\"__metadata__\":{\"k\":\"\"");
      for (int i = 0; i < 100_000; i++) {
        metadata.append(",\"").append(i).append("\":\"\"");
      }
      assertTrue(refusal(metadata.append("}}").toString(), 0)
          .endsWith("__metadata__ must have at most 100000 keys but has more"));
    });
  }
}
