package io.github.moe4j.core.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The byte layout of a file, little-endian:
 *
 * <pre>
 * 0    magic [8]
 * 8    version          int
 * 12   entries          int
 * 16   bytes of table   int
 * 20   bytes of file    long
 * 28   checksum of 0…28 int
 * 32   table: for each entry length of name (int), name, kind (byte), axes (byte), axis lengths (long)
 *      checksum of the table
 *      for each entry its elements, then the checksum of its name and elements
 *      end mark [8]
 * </pre>
 *
 * <p>Checksums are CRC-32C. That of an entry begins with its name, so that elements under a wrong
 * name are detected.
 */
final class CheckpointFormat {
  static final long MAGIC = 0x0a1a_4b43_4a34_454dL; // "ME4JCK", end of text, new line
  static final long END = 0x0a44_4e45_4a34_454dL; // "ME4JEND", new line
  static final int VERSION = 1;
  static final int HEADER = 32;
  static final int CHECKSUM = Integer.BYTES;
  static final int END_BYTES = Long.BYTES;

  /** Each becomes an array, which takes far more memory than its line in the table. */
  static final int MOST_ENTRIES = 1_000_000;

  /** Bytes moved at once. A multiple of every element's width. */
  static final int PIECE = 1 << 18;

  private CheckpointFormat() {}

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A buffer for pieces, outside the heap: channels need no copy of it. */
  static ByteBuffer piece() {
    return ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The checksum of the remaining bytes. Their position stays. */
  static int checksum(ByteBuffer bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.duplicate());
    return (int) checksum.getValue();
  }

  /** A checksum that has seen a name. */
  static CRC32C begun(String name) {
    CRC32C checksum = new CRC32C();
    checksum.update(TextValues.encode(name));
    return checksum;
  }

  /** Bytes of an entry outside the table. */
  static long body(EntryHeader heading) {
    return Math.addExact(heading.bytes(), CHECKSUM);
  }
}
