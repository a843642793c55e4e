package io.github.moe4j.fuzz.frames;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;

/**
 * A connection to the rank.
 *
 * @param socket whose reads have a time-out
 */
record Line(Socket socket) implements AutoCloseable {
  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  byte[] read(int count) throws IOException {
    byte[] bytes = socket.getInputStream().readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the rank hung up");
    }
    return bytes;
  }

  /** Reads until the other side ends, and returns how many bytes came. */
  long drain() throws IOException {
    byte[] buffer = new byte[8192];
    long all = 0;
    int count = socket.getInputStream().read(buffer);
    while (count >= 0) {
      all += count;
      count = socket.getInputStream().read(buffer);
    }
    return all;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
