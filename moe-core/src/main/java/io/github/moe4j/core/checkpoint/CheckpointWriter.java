package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.ReplacedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Writes entries as {@link Layout} says, a piece at a time. */
final class CheckpointWriter {
  private final WritableByteChannel channel;
  private final ByteBuffer piece = Layout.piece();

  private CheckpointWriter(WritableByteChannel channel) {
    this.channel = channel;
  }

  static void write(Map<String, Values> entries, WritableByteChannel channel) throws IOException {
    CheckpointWriter writer = new CheckpointWriter(channel);
    writer.head(entries);
    for (Map.Entry<String, Values> entry : entries.entrySet()) {
      writer.body(entry.getKey(), entry.getValue());
    }
    writer.all(Layout.buffer(Layout.END_BYTES).putLong(Layout.END).flip());
  }

  private void head(Map<String, Values> entries) throws IOException {
    List<Heading> headings = entries.entrySet().stream()
        .map(e -> Heading.of(e.getKey(), e.getValue()))
        .toList();
    int size = headings.stream().mapToInt(Heading::size).reduce(0, Math::addExact);
    long bodies = headings.stream().mapToLong(Layout::body).reduce(0, Math::addExact);
    long length = Layout.HEADER + (long) size + Layout.CHECKSUM + bodies + Layout.END_BYTES;
    ByteBuffer header = Layout.buffer(Layout.HEADER)
        .putLong(Layout.MAGIC)
        .putInt(Layout.VERSION)
        .putInt(headings.size())
        .putInt(size)
        .putLong(length);
    all(header.putInt(Layout.checksum(header.duplicate().flip())).flip());
    ByteBuffer table = Layout.buffer(size);
    headings.forEach(h -> h.write(table));
    table.flip();
    int checksum = Layout.checksum(table);
    all(table);
    writeChecksum(checksum);
  }

  private void body(String name, Values values) throws IOException {
    int width = values.kind().width();
    long bytes = Heading.of(name, values).bytes();
    CRC32C checksum = Layout.begun(name);
    for (long from = 0; from < bytes; from += Layout.PIECE) {
      piece.clear().limit((int) Math.min(Layout.PIECE, bytes - from));
      values.get(from / width, piece);
      checksum.update(piece.duplicate());
      all(piece);
    }
    writeChecksum((int) checksum.getValue());
  }

  private void writeChecksum(int value) throws IOException {
    all(Layout.buffer(Layout.CHECKSUM).putInt(value).flip());
  }

  private void all(ByteBuffer bytes) throws IOException {
    ReplacedFile.writeAll(channel, bytes);
  }
}
