package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsException;
import io.github.moe4j.core.io.SafetensorsFile;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.fuzz.Damage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;

/** One safetensors file with tensors of all types that are read. */
record SafetensorsKind(Map<String, byte[]> right) implements FileKind {
  static final String FILE = "model.safetensors";
  private static final Map<String, Integer> BYTES = Map.ofEntries(
      Map.entry("F64", 8),
      Map.entry("F32", 4),
      Map.entry("F16", 2),
      Map.entry("BF16", 2),
      Map.entry("F8_E4M3", 1),
      Map.entry("F8_E5M2", 1),
      Map.entry("F8_E8M0", 1),
      Map.entry("I64", 8),
      Map.entry("I32", 4),
      Map.entry("U8", 1));

  static SafetensorsKind create() {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    int offset = 0;
    for (String type : BYTES.keySet().stream().sorted().toList()) {
      int end = offset + 6 * BYTES.get(type);
      header.append(",\"layer.%s\":{\"dtype\":\"%s\",\"shape\":[2,3],\"data_offsets\":[%d,%d]}"
          .formatted(type, type, offset, end));
      offset = end;
    }
    return new SafetensorsKind(Map.of(FILE, file(header.append('}').toString(), new byte[offset])));
  }

  private static byte[] file(String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    return Damage.joined(length(text.length), text, data);
  }

  private static byte[] length(long header) {
    return ByteBuffer.allocate(Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header)
        .array();
  }

  /** A file whose header has one or two changes, with its right length before it. */
  static byte[] withHeader(SplittableRandom random, byte[] bytes) {
    byte[] changed = bytes;
    for (int i = 0; i <= random.nextInt(2); i++) {
      int end = Long.BYTES
          + (int) ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
      byte[] next = Damage.textWithin(random, changed, Long.BYTES, end);
      long header = end - Long.BYTES + next.length - (long) changed.length;
      ByteBuffer.wrap(next).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header);
      changed = next;
    }
    return changed;
  }

  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public void read(Path folder) throws IOException {
    try (SafetensorsFile file = Safetensors.open(folder.resolve(FILE))) {
      readAll(file);
    }
  }

  /** Every tensor, in float32. */
  static void readAll(TensorSource source) throws IOException {
    for (String name : source.names()) {
      source.read(name, DataType.FLOAT).close();
    }
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof SafetensorsException;
  }
}
