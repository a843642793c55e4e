package io.github.moe4j.parallel.net;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection without encryption; direct buffers pass through without a copy in Java.
 *
 * @param channel blocking
 */
record PlainWire(SocketChannel channel) implements Wire {
  @Override
  public void read(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target) < 0) {
        throw new EOFException("the connection was closed");
      }
    }
  }

  @Override
  public void write(ByteBuffer... source) throws IOException {
    for (ByteBuffer part : source) {
      while (part.hasRemaining()) {
        channel.write(source); // writes what follows with it
      }
    }
  }

  @Override
  public void finish() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }
}
