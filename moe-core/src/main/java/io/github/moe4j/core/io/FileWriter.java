package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.ReplacedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.core.JsonGenerator;

/** Writes one file: length, header filled up with spaces to a multiple of 8 bytes, elements. */
final class FileWriter {
  private static final int ALIGNED = Long.BYTES;

  private FileWriter() {}

  static void write(Path file, List<Outgoing> tensors, Map<String, String> metadata)
      throws IOException {
    List<Outgoing> inOrder = tensors.stream().sorted(Outgoing.ORDER).toList();
    byte[] header = header(inOrder, metadata);
    int padding = Math.floorMod(-header.length, ALIGNED);
    int length = header.length + padding;
    if (length > Header.MOST_BYTES) {
      throw new SafetensorsException("%s: header must have at most %d bytes but would have %d"
          .formatted(file, Header.MOST_BYTES, length));
    }
    ByteBuffer head = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(length)
        .put(header)
        .put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII))
        .flip();
    ReplacedFile.write(file, channel -> write(channel, head, inOrder));
  }

  private static void write(WritableByteChannel channel, ByteBuffer head, List<Outgoing> inOrder)
      throws IOException {
    ReplacedFile.writeAll(channel, head);
    for (Outgoing tensor : inOrder) {
      tensor.write(channel);
    }
  }

  private static byte[] header(List<Outgoing> inOrder, Map<String, String> metadata)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = StrictJson.generator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(Header.METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long at = 0;
      for (Outgoing tensor : inOrder) {
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField(Header.DTYPE, Dtype.of(tensor.type()).name());
        numbers(json, Header.SHAPE, tensor.shape());
        numbers(json, Header.OFFSETS, at, Math.addExact(at, tensor.bytes()));
        json.writeEndObject();
        at += tensor.bytes();
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void numbers(JsonGenerator json, String key, long... numbers) throws IOException {
    json.writeFieldName(key);
    json.writeArray(numbers, 0, numbers.length);
  }
}
