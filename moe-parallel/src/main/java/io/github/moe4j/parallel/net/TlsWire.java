package io.github.moe4j.parallel.net;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;

/** A connection over TLS. */
final class TlsWire implements Wire {
  private static final int CHUNK = 1 << 16;

  private final SSLSocket socket;
  private final SocketChannel channel;
  private final byte[] in = new byte[CHUNK];
  private final byte[] out = new byte[CHUNK];

  /**
   * A connection whose handshake is done.
   *
   * @param channel below the socket
   */
  TlsWire(SSLSocket socket, SocketChannel channel) {
    this.socket = socket;
    this.channel = channel;
  }

  @Override
  public void read(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      int count = socket.getInputStream().read(in, 0, Math.min(CHUNK, target.remaining()));
      if (count < 0) {
        throw new EOFException("the connection was closed");
      }
      target.put(in, 0, count);
    }
  }

  @Override
  public void write(ByteBuffer... source) throws IOException {
    int filled = 0;
    for (ByteBuffer part : source) {
      while (part.hasRemaining()) {
        int count = Math.min(CHUNK - filled, part.remaining());
        part.get(out, filled, count);
        filled += count;
        if (filled == CHUNK) {
          socket.getOutputStream().write(out, 0, filled);
          filled = 0;
        }
      }
    }
    socket.getOutputStream().write(out, 0, filled);
  }

  @Override
  public void finish() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close(); // the socket's own close waits for a write that may be blocked
    } catch (IOException e) {
      // It is of no use any more.
    }
  }
}
