package io.github.moe4j.core.watch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The file of a trace, big-endian:
 *
 * <pre>
 * header   "MOETRACE", version u8, bytes of a weight u8 (0, 4 or 8), CRC-32 of these
 * record   length u32 ≥ 1, payload, CRC-32 of both: {@link TraceEncoder} says what is in a payload
 * end      length 0 u32, number of records u64, CRC-32 of both
 * </pre>
 */
final class TraceFormat {
  static final byte[] MAGIC = "MOETRACE".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;
  static final int HEADER_BYTES = MAGIC.length + 2 + Integer.BYTES;
  static final int MAX_PAYLOAD = 1 << 30;
  static final int MAX_NAME_BYTES = 1 << 12;
  static final int MASKED = 2;
  static final int TRAINING = 1;

  private TraceFormat() {}

  static byte[] header(TraceWeights weights) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
    bytes.put(MAGIC).put((byte) VERSION).put((byte) weights.bytes());
    return bytes.putInt(crc(bytes.array(), bytes.position())).array();
  }

  static byte[] end(long records) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + Long.BYTES + Integer.BYTES);
    bytes.putInt(0).putLong(records);
    return bytes.putInt(crc(bytes.array(), bytes.position())).array();
  }

  /** The check sum of the first bytes. */
  static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
