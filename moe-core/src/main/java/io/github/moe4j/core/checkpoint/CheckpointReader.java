package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/** Reads what {@link CheckpointWriter} wrote; every byte read is checked, and sizes before room is made. */
final class CheckpointReader {
  private final Path file;
  private final FileChannel channel;
  private final long length;
  private final ByteBuffer piece = CheckpointFormat.piece();

  private CheckpointReader(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.length = channel.size();
  }

  static Map<String, Values> read(Path file, Predicate<String> wanted) throws IOException {
    try (FileChannel channel = RegularFile.open(file)) {
      return new CheckpointReader(file, channel).read(wanted);
    }
  }

  private Map<String, Values> read(Predicate<String> wanted) throws IOException {
    ByteBuffer header = header();
    int count = header.getInt(12);
    Map<String, EntryHeader> table = table(count, header.getInt(16));
    Map<String, Values> entries = new LinkedHashMap<>();
    for (EntryHeader heading : table.values()) {
      if (wanted.test(heading.name())) {
        entries.put(heading.name(), body(heading));
      } else {
        channel.position(channel.position() + CheckpointFormat.body(heading));
      }
    }
    long at = channel.position();
    if (bytes(CheckpointFormat.END_BYTES, "end mark").getLong() != CheckpointFormat.END) {
      throw damaged(at, "end mark is missing");
    }
    return entries;
  }

  private ByteBuffer header() throws IOException {
    if (length < Long.BYTES || bytes(Long.BYTES, "header").getLong() != CheckpointFormat.MAGIC) {
      throw new CheckpointException(file + " is not a checkpoint: there is no header at byte 0");
    }
    channel.position(0);
    ByteBuffer header = bytes(CheckpointFormat.HEADER, "header");
    if (header.getInt(8) != CheckpointFormat.VERSION) {
      throw new CheckpointException("%s has format version %d at byte 8 but %d is what can be read"
          .formatted(file, header.getInt(8), CheckpointFormat.VERSION));
    }
    if (header.getInt(28) != CheckpointFormat.checksum(header.duplicate().limit(28))) {
      throw damaged(0, "header of 32 bytes does not fit its checksum");
    }
    if (header.getLong(20) != length) {
      throw damaged(
          Math.min(length, header.getLong(20)),
          "there must be %d bytes but are %d".formatted(header.getLong(20), length));
    }
    return header;
  }

  private Map<String, EntryHeader> table(int count, int size) throws IOException {
    if (size < 0
        || size > length - CheckpointFormat.HEADER
        || count < 0
        || count > CheckpointFormat.MOST_ENTRIES) {
      throw damaged(12, "%d entries in a table of %d bytes".formatted(count, size));
    }
    ByteBuffer lines = bytes(size, "table");
    if (bytes(CheckpointFormat.CHECKSUM, "table").getInt() != CheckpointFormat.checksum(lines)) {
      throw damaged(
          CheckpointFormat.HEADER, "table of %d bytes does not fit its checksum".formatted(size));
    }
    Map<String, EntryHeader> table = new LinkedHashMap<>();
    long end = channel.position() + CheckpointFormat.END_BYTES;
    for (int i = 0; i < count; i++) {
      int at = CheckpointFormat.HEADER + lines.position();
      try {
        EntryHeader heading = EntryHeader.read(lines);
        long body = heading.bytes() + CheckpointFormat.CHECKSUM;
        if (body < 0 || body > Long.MAX_VALUE - end) {
          throw damaged(at, "entry %d: the entries have 2^63 bytes or more".formatted(i));
        }
        end += body;
        if (table.put(heading.name(), heading) != null) {
          throw damaged(at, "entry " + heading.name() + " occurs twice");
        }
      } catch (IllegalArgumentException e) {
        throw damaged(at, "entry %d: %s".formatted(i, e.getMessage()));
      }
    }
    if (lines.hasRemaining() || end != length) {
      throw damaged(
          CheckpointFormat.HEADER,
          "table declares %d bytes but there are %d".formatted(end, length));
    }
    return table;
  }

  private Values body(EntryHeader heading) throws IOException {
    long start = channel.position();
    long bytes = heading.bytes();
    int width = heading.kind().width();
    Values values = heading.kind().allocate(heading.shape());
    CRC32C checksum = CheckpointFormat.begun(heading.name());
    for (long from = 0; from < bytes; from += CheckpointFormat.PIECE) {
      piece.clear().limit((int) Math.min(CheckpointFormat.PIECE, bytes - from));
      fill(piece, "entry " + heading.name());
      checksum.update(piece.duplicate());
      values.put(from / width, piece);
    }
    int expected = bytes(CheckpointFormat.CHECKSUM, "entry " + heading.name()).getInt();
    if (expected != (int) checksum.getValue()) {
      throw damaged(
          start, "entry %s, %d bytes, does not fit its checksum".formatted(heading.name(), bytes));
    }
    return values;
  }

  private ByteBuffer bytes(int count, String what) throws IOException {
    ByteBuffer bytes = CheckpointFormat.buffer(count);
    fill(bytes, what);
    return bytes;
  }

  /** Fills a buffer and makes it ready to be read. */
  private void fill(ByteBuffer bytes, String what) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw damaged(channel.position(), what + " is truncated");
      }
    }
    bytes.flip();
  }

  private CheckpointException damaged(long at, String what) {
    return new CheckpointException(
        "checkpoint %s is damaged at byte %d: %s".formatted(file, at, what));
  }
}
