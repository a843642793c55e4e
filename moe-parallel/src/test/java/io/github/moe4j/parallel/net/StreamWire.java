package io.github.moe4j.parallel.net;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/** A connection by plain streams. */
record StreamWire(Socket socket) implements Wire {
  @Override
  public void read(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new EOFException();
      }
      target.put((byte) next);
    }
  }

  @Override
  public void write(ByteBuffer... source) throws IOException {
    for (ByteBuffer part : source) {
      while (part.hasRemaining()) {
        socket.getOutputStream().write(part.get());
      }
    }
  }

  @Override
  public void finish() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // no use
    }
  }
}
