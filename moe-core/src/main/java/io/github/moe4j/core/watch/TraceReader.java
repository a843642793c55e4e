package io.github.moe4j.core.watch;

import io.github.moe4j.core.internal.RegularFile;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace record by record. A damaged or truncated file, or one that is not a trace, is rejected with an {@link
 * IOException} that names record and byte offset. Used by one thread at a time.
 */
public final class TraceReader implements Closeable {
  private final Path file;
  private final DataInputStream in;
  private final TraceWeights weights;
  private final TraceDecoder decoder;
  private long offset;
  private long left;
  private long records;
  private boolean ended;

  private TraceReader(Path file, DataInputStream in, long bytes) throws IOException {
    this.file = file;
    this.in = in;
    this.left = bytes;
    this.weights = header();
    this.decoder = new TraceDecoder(weights);
  }

  /**
   * Opens a trace and checks its header.
   *
   * @throws IOException if the file cannot be read or is not a trace
   */
  public static TraceReader open(Path file) throws IOException {
    FileChannel channel = RegularFile.open(file);
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), 1 << 16));
    try {
      return new TraceReader(file, in, channel.size());
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * All passes of a trace, in order.
   *
   * @throws IOException if the file cannot be read, is not a trace, or is damaged
   */
  public static List<TracedPass> readAll(Path file) throws IOException {
    try (TraceReader reader = open(file)) {
      List<TracedPass> all = new ArrayList<>();
      for (TracedPass pass = reader.next(); pass != null; pass = reader.next()) {
        all.add(pass);
      }
      return List.copyOf(all);
    }
  }

  /** How the trace keeps weights. */
  public TraceWeights weights() {
    return weights;
  }

  /**
   * The next pass, or null after the last.
   *
   * @throws IOException if the file cannot be read or is damaged
   */
  public @Nullable TracedPass next() throws IOException {
    if (ended) {
      return null;
    }
    int length = ByteBuffer.wrap(take(0, Integer.BYTES)).getInt();
    if (length == 0) {
      end();
      return null;
    }
    if (length < 0 || length > TraceFormat.MAX_PAYLOAD) {
      throw damaged("its length must be at most " + TraceFormat.MAX_PAYLOAD + " but was "
          + Integer.toUnsignedString(length));
    }
    byte[] payload = take(Integer.BYTES, length);
    byte[] checked =
        ByteBuffer.allocate(Integer.BYTES + length).putInt(length).put(payload).array();
    check(checked, Integer.BYTES + length);
    TracedPass pass;
    try {
      pass = decoder.decode(payload);
    } catch (IllegalArgumentException e) {
      throw damaged(e.getMessage());
    }
    advance(Integer.BYTES + length + Integer.BYTES);
    records++;
    return pass;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private TraceWeights header() throws IOException {
    if (left < TraceFormat.HEADER_BYTES) {
      throw new IOException(file + " is not a trace: it has " + left + " bytes");
    }
    byte[] found = in.readNBytes(TraceFormat.HEADER_BYTES);
    if (!Arrays.equals(TraceFormat.MAGIC, Arrays.copyOf(found, TraceFormat.MAGIC.length))) {
      throw new IOException(file + " is not a trace: it does not begin with MOETRACE");
    }
    int version = found[TraceFormat.MAGIC.length];
    if (version != TraceFormat.VERSION) {
      throw new IOException("%s: version of the trace must be %d but was %d"
          .formatted(file, TraceFormat.VERSION, version));
    }
    for (TraceWeights kind : TraceWeights.values()) {
      if (Arrays.equals(found, TraceFormat.header(kind))) {
        advance(TraceFormat.HEADER_BYTES);
        return kind;
      }
    }
    throw new IOException(file + ": the header of the trace is damaged");
  }

  private void end() throws IOException {
    byte[] rest = take(Integer.BYTES, Long.BYTES + Integer.BYTES);
    byte[] expected = TraceFormat.end(records);
    if (!Arrays.equals(rest, Arrays.copyOfRange(expected, Integer.BYTES, expected.length))) {
      throw damaged("the end mark must count " + records + " records");
    }
    advance(expected.length);
    if (left > 0) {
      throw damaged(left + " bytes follow the end mark");
    }
    ended = true;
  }

  private void check(byte[] bytes, int length) throws IOException {
    int found = ByteBuffer.wrap(take(length, Integer.BYTES)).getInt();
    if (found != TraceFormat.crc(bytes, length)) {
      throw damaged("its checksum differs");
    }
  }

  /** Bytes that begin {@code at} bytes into the record; fewer are left only if the file is cut off. */
  private byte[] take(int at, int length) throws IOException {
    if (left - at < length) {
      throw damaged("the file is cut off");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw damaged("the file is cut off");
    }
    return bytes;
  }

  private void advance(int bytes) {
    offset += bytes;
    left -= bytes;
  }

  private IOException damaged(String why) {
    return new IOException(
        "%s: record %d at byte %d is damaged: %s".formatted(file, records, offset, why));
  }
}
