package io.github.moe4j.core.watch;

import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassListener;
import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.Require;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes routing decisions to a file, one record per pass. One writer may listen to several layers.
 *
 * <p>Threads may share it: records are in order of completion, so record on one thread for
 * replay. Closing it writes the end mark; without it a reader returns all
 * complete records and then throws.
 */
public final class TraceWriter implements PassListener, Closeable {
  private final Path file;
  private final OutputStream out;
  private final TraceEncoder encoder;
  private long records;
  private boolean closed;

  private TraceWriter(Path file, OutputStream out, TraceWeights weights) {
    this.file = file;
    this.out = out;
    this.encoder = new TraceEncoder(weights);
  }

  /**
   * A new trace with weights in float64.
   *
   * @param file created, or replaced if it exists
   */
  public static TraceWriter create(Path file) throws IOException {
    return create(file, TraceWeights.FLOAT64);
  }

  /**
   * A new trace.
   *
   * @param file created, or replaced if it exists
   */
  public static TraceWriter create(Path file, TraceWeights weights) throws IOException {
    try {
      OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
      out.write(TraceFormat.header(weights)); // into the buffer
      return new TraceWriter(file, out, weights);
    } catch (IOException e) {
      throw FileErrors.explained(file, e);
    }
  }

  /**
   * Writes a pass.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  @Override
  public void passed(MoePass pass) {
    try {
      write(TracedPass.of(pass));
    } catch (IOException e) {
      throw new UncheckedIOException("the trace cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a pass.
   *
   * @throws IllegalStateException if the trace is closed
   */
  public synchronized void write(TracedPass pass) throws IOException {
    if (closed) {
      throw new IllegalStateException("the trace is closed");
    }
    byte[] payload = encoder.encode(pass);
    Require.that(
        payload.length <= TraceFormat.MAX_PAYLOAD,
        "a traced pass must have at most %d bytes but has %d",
        TraceFormat.MAX_PAYLOAD,
        payload.length);
    ByteBuffer bytes = ByteBuffer.allocate(payload.length + 2 * Integer.BYTES);
    bytes.putInt(payload.length).put(payload);
    bytes.putInt(TraceFormat.crc(bytes.array(), bytes.position()));
    try {
      out.write(bytes.array());
    } catch (IOException e) {
      throw FileErrors.explained(file, e);
    }
    records++;
  }

  /** Ends the trace; closing it again does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      try (out) {
        out.write(TraceFormat.end(records));
      } catch (IOException e) {
        throw FileErrors.explained(file, e);
      }
    }
  }
}
