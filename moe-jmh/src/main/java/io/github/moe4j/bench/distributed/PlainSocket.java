package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.Group;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A socket between ranks 0 and 1 without anything around it: what an exchange is compared with. */
final class PlainSocket implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;

  private final SocketChannel channel;
  private final boolean first;

  private PlainSocket(SocketChannel channel, boolean first) {
    this.channel = channel;
    this.first = first;
  }

  /** Connects the two ranks on the loopback address. */
  static PlainSocket connect(Group pair) throws IOException {
    SocketChannel channel;
    if (pair.rank() == 0) {
      try (ServerSocketChannel server = ServerSocketChannel.open()) {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.socket().setSoTimeout(TIMEOUT_MILLIS);
        pair.allGather(server.socket().getLocalPort());
        channel = server.socket().accept().getChannel(); // the channel's own accept waits for ever
      }
    } else {
      int port = (int) pair.allGather(0)[0][0];
      channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return new PlainSocket(channel, pair.rank() == 0);
  }

  /** Sends all bytes there and back. */
  void roundTrip(ByteBuffer bytes) {
    try {
      if (first) {
        write(bytes);
        read(bytes);
      } else {
        read(bytes);
        write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void read(ByteBuffer bytes) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the other rank closed its socket");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
