package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Connects a rank to all others: it calls those with lower numbers and is called by those with higher ones. Whoever else
 * calls, or does not pass the handshake, is hung up on.
 */
final class Connector implements AutoCloseable {
  /** Strangers may hold so many handshakes at a time. */
  private static final int MOST_HANDSHAKES = 64;

  private static final int HANDSHAKE_MILLIS = 5_000;
  private static final int RETRY_MILLIS = 100;

  private final Handshake handshake;
  private final SocketOptions options;
  private final ServerSocketChannel server;
  private final Map<Integer, Wire> wires = new TreeMap<>();
  private boolean closed;

  Connector(Handshake handshake, SocketOptions options) throws IOException {
    this.handshake = handshake;
    this.options = options;
    this.server = listening(new InetSocketAddress(options.address(), options.port()));
  }

  private static ServerSocketChannel listening(InetSocketAddress place) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      return channel.bind(place);
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot listen at %s: %s".formatted(place, e.getMessage()), e);
    }
  }

  /** Host and port at which this rank is called. */
  String address() throws IOException {
    InetSocketAddress bound = (InetSocketAddress) server.getLocalAddress();
    return bound.getAddress().getHostAddress() + " " + bound.getPort();
  }

  /** Listens from now on: others may know the address before this rank knows theirs. */
  void listen() {
    Thread acceptor = new Thread(this::accept, "moe4j rank " + handshake.rank() + " accepts");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /**
   * Connects to all.
   *
   * @param addresses of all ranks
   */
  Map<Integer, Wire> connect(List<String> addresses) throws IOException {
    for (int peer = 0; peer < handshake.rank(); peer++) {
      call(peer, addresses.get(peer));
    }
    return awaitAll();
  }

  /** Calls until it is answered: a rank with many callers may hang up on some. */
  private void call(int peer, String address) throws IOException {
    long end = System.nanoTime() + options.timeout().toNanos();
    while (true) {
      try {
        add(peer, callOnce(peer, place(peer, address))); // a host may get its name when it starts
        return;
      } catch (IOException e) {
        if (System.nanoTime() + RETRY_MILLIS * 1_000_000L > end) {
          throw new IOException(
              "rank %d cannot connect to rank %d at %s: %s"
                  .formatted(handshake.rank(), peer, Shown.of(address), e),
              e);
        }
      }
      try {
        Thread.sleep(RETRY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("rank %d was interrupted".formatted(handshake.rank()), e);
      }
    }
  }

  private static InetSocketAddress place(int peer, String address) throws IOException {
    String[] parts = address.strip().split(" ");
    int port = parts.length == 2 && parts[1].matches("\\d{1,5}") ? Integer.parseInt(parts[1]) : -1;
    if (port < 1 || port > 65_535) {
      throw new IOException(
          "address of rank %d must be host and port but was %s".formatted(peer, Shown.of(address)));
    }
    return new InetSocketAddress(parts[0], port);
  }

  private Wire callOnce(int peer, InetSocketAddress place) throws IOException {
    if (place.isUnresolved()) {
      throw new UnknownHostException(place.getHostString());
    }
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(place, (int) options.timeout().toMillis());
      Wire wire = wire(channel, true);
      int found = introduce(wire, true);
      if (found != peer) {
        throw new IOException("rank %d was expected but rank %d answered".formatted(peer, found));
      }
      return wire;
    } catch (IOException e) {
      close(channel);
      throw e;
    }
  }

  private void accept() {
    Semaphore places = new Semaphore(MOST_HANDSHAKES);
    while (true) {
      try {
        SocketChannel channel = server.accept();
        if (!places.tryAcquire()) {
          channel.close();
          continue;
        }
        Thread thread = new Thread(
            () -> {
              try {
                welcome(channel);
              } finally {
                places.release();
              }
            },
            "moe4j rank " + handshake.rank() + " is called");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // closed: all are there, or it is too late
      }
    }
  }

  private void welcome(SocketChannel channel) {
    Wire wire = null;
    try {
      wire = wire(channel, false);
      int peer = introduce(wire, false);
      if (peer < handshake.rank() || !add(peer, wire)) {
        wire.close();
      }
    } catch (IOException e) {
      close(channel);
      if (wire != null) {
        wire.close();
      }
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  private Wire wire(SocketChannel channel, boolean isCaller) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    SSLContext tls = options.tls();
    if (tls == null) {
      return new PlainWire(channel);
    }
    Watchdog limit = limit(() -> close(channel));
    try {
      SSLSocket socket = (SSLSocket) tls.getSocketFactory()
          .createSocket(channel.socket(), null, channel.socket().getPort(), true);
      socket.setUseClientMode(isCaller);
      if (!isCaller) {
        socket.setNeedClientAuth(true);
      }
      socket.setEnabledProtocols(new String[] {"TLSv1.3"});
      socket.startHandshake();
      requireInTime(limit);
      return new TlsWire(socket, channel);
    } finally {
      limit.close();
    }
  }

  /** A stranger that says nothing is hung up on in time. */
  private int introduce(Wire wire, boolean isCaller) throws IOException {
    Watchdog limit = limit(wire::close);
    try {
      int peer = handshake.perform(wire, isCaller);
      requireInTime(limit);
      return peer;
    } finally {
      limit.close();
    }
  }

  /** Who was hung up on in the last moment is no member, although the handshake was right. */
  private static void requireInTime(Watchdog limit) throws IOException {
    limit.close();
    if (!limit.isPending()) {
      throw new IOException(
          "the handshake must take less than %d ms but took longer".formatted(HANDSHAKE_MILLIS));
    }
  }

  private Watchdog limit(Runnable action) {
    Watchdog limit = new Watchdog(handshake.rank());
    limit.begin(Duration.ofMillis(HANDSHAKE_MILLIS), action);
    return limit;
  }

  private synchronized boolean add(int peer, Wire wire) {
    if (closed || wires.containsKey(peer)) {
      return false;
    }
    wires.put(peer, wire);
    notifyAll();
    return true;
  }

  private synchronized Map<Integer, Wire> awaitAll() throws IOException {
    long end = System.nanoTime() + options.timeout().toNanos();
    while (wires.size() < handshake.size() - 1) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        String missing = IntStream.range(0, handshake.size())
            .filter(r -> r != handshake.rank() && !wires.containsKey(r))
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(", "));
        throw new IOException("ranks %s did not connect to rank %d within %s"
            .formatted(missing, handshake.rank(), options.timeout()));
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("rank %d was interrupted".formatted(handshake.rank()), e);
      }
    }
    closed = true;
    return new TreeMap<>(wires);
  }

  /** Stops listening; wires that were not handed out are closed. */
  @Override
  public synchronized void close() throws IOException {
    server.close();
    if (!closed) {
      closed = true;
      wires.values().forEach(Wire::close);
    }
  }
}
