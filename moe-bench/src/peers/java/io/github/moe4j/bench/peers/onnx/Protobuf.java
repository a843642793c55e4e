package io.github.moe4j.bench.peers.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A message in the encoding of protobuf; large fields are copied once, at the end. */
final class Protobuf {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  private final List<byte[]> parts = new ArrayList<>();
  private int size;

  Protobuf number(int field, long value) {
    varint((long) field << 3 | VARINT);
    varint(value);
    return this;
  }

  Protobuf text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds bytes. Kept, not copied. */
  Protobuf bytes(int field, byte[] value) {
    varint((long) field << 3 | LENGTH_DELIMITED);
    varint(value.length);
    add(value);
    return this;
  }

  Protobuf message(int field, Protobuf value) {
    varint((long) field << 3 | LENGTH_DELIMITED);
    varint(value.size);
    value.parts.forEach(this::add);
    return this;
  }

  /** Seven bits a byte, the lowest first; all but the last have the eighth set. */
  private void varint(long value) {
    byte[] bytes = new byte[Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7)];
    for (int i = 0; i < bytes.length; i++) {
      int more = i < bytes.length - 1 ? 0x80 : 0;
      bytes[i] = (byte) (value >>> 7 * i & 0x7F | more);
    }
    add(bytes);
  }

  private void add(byte[] part) {
    parts.add(part);
    size = Math.addExact(size, part.length);
  }

  byte[] toBytes() {
    ByteBuffer all = ByteBuffer.allocate(size);
    parts.forEach(all::put);
    return all.array();
  }
}
