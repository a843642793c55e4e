package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.ReplacedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Writes entries as {@link CheckpointFormat} says, a piece at a time. */
final class CheckpointWriter {
  private final WritableByteChannel channel;
  private final ByteBuffer piece = CheckpointFormat.piece();

  private CheckpointWriter(WritableByteChannel channel) {
    this.channel = channel;
  }

  static void write(Map<String, Values> entries, WritableByteChannel channel) throws IOException {
    CheckpointWriter writer = new CheckpointWriter(channel);
    writer.head(entries);
    for (Map.Entry<String, Values> entry : entries.entrySet()) {
      writer.body(entry.getKey(), entry.getValue());
    }
    writer.all(CheckpointFormat.buffer(CheckpointFormat.END_BYTES)
        .putLong(CheckpointFormat.END)
        .flip());
  }

  private void head(Map<String, Values> entries) throws IOException {
    List<EntryHeader> headings = entries.entrySet().stream()
        .map(e -> EntryHeader.of(e.getKey(), e.getValue()))
        .toList();
    int size = headings.stream().mapToInt(EntryHeader::size).reduce(0, Math::addExact);
    long bodies = headings.stream().mapToLong(CheckpointFormat::body).reduce(0, Math::addExact);
    long length = CheckpointFormat.HEADER
        + (long) size
        + CheckpointFormat.CHECKSUM
        + bodies
        + CheckpointFormat.END_BYTES;
    ByteBuffer header = CheckpointFormat.buffer(CheckpointFormat.HEADER)
        .putLong(CheckpointFormat.MAGIC)
        .putInt(CheckpointFormat.VERSION)
        .putInt(headings.size())
        .putInt(size)
        .putLong(length);
    all(header.putInt(CheckpointFormat.checksum(header.duplicate().flip())).flip());
    ByteBuffer table = CheckpointFormat.buffer(size);
    headings.forEach(h -> h.write(table));
    table.flip();
    int checksum = CheckpointFormat.checksum(table);
    all(table);
    writeChecksum(checksum);
  }

  private void body(String name, Values values) throws IOException {
    int width = values.kind().width();
    long bytes = EntryHeader.of(name, values).bytes();
    CRC32C checksum = CheckpointFormat.begun(name);
    for (long from = 0; from < bytes; from += CheckpointFormat.PIECE) {
      piece.clear().limit((int) Math.min(CheckpointFormat.PIECE, bytes - from));
      values.get(from / width, piece);
      checksum.update(piece.duplicate());
      all(piece);
    }
    writeChecksum((int) checksum.getValue());
  }

  private void writeChecksum(int value) throws IOException {
    all(CheckpointFormat.buffer(CheckpointFormat.CHECKSUM).putInt(value).flip());
  }

  private void all(ByteBuffer bytes) throws IOException {
    ReplacedFile.writeAll(channel, bytes);
  }
}
