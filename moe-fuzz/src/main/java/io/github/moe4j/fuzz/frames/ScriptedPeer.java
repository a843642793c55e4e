package io.github.moe4j.fuzz.frames;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Another rank, which says what it was given, after strangers who say something wrong. */
final class ScriptedPeer implements AutoCloseable {
  static final int LONGEST_MILLIS = 60_000;

  private final Greeting greeting;
  private final int other;
  private final byte[] stream;
  private final boolean isSilentAtEnd;
  private final List<? extends Visitor> strangers;
  private final @Nullable SSLContext tls;
  private final ServerSocket server;
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
  private volatile boolean isReset;

  /**
   * A rank, which listens from now on.
   *
   * @param greeting its right words
   * @param other number of the rank that is examined
   * @param stream all that it sends as a member of the group. Not modified.
   * @param isSilentAtEnd whether it stays connected after that, or ends
   * @param strangers who call or answer before it
   * @param tls of the ranks; null if they know a secret
   */
  ScriptedPeer(
      Greeting greeting,
      int other,
      byte[] stream,
      boolean isSilentAtEnd,
      List<? extends Visitor> strangers,
      @Nullable SSLContext tls) {
    this.greeting = greeting;
    this.other = other;
    this.stream = stream;
    this.isSilentAtEnd = isSilentAtEnd;
    this.strangers = strangers;
    this.tls = tls;
    try {
      this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      server.setSoTimeout(LONGEST_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Host and port. */
  String address() {
    return server.getInetAddress().getHostAddress() + " " + server.getLocalPort();
  }

  /**
   * Takes part until the rank hangs up.
   *
   * @param random of the challenge
   * @param address of the rank, once it is known
   * @param threads for what it says while it listens
   */
  Void run(SplittableRandom random, CompletableFuture<String> address, ExecutorService threads)
      throws Exception {
    for (Visitor stranger : strangers) {
      try (Line line = connect(address)) {
        stranger.bother(line);
      }
    }
    try (Line below = connect(address)) {
      Line line = tls == null ? below : Line.tls(below, tls, greeting.isCaller(), Line.TLS);
      greeting.perform(line, random, other);
      Future<?> saying = threads.submit(() -> say(line));
      drain(line);
      saying.get();
    }
    return null;
  }

  /** What the rank has said to it as a member of the group, once it has run. */
  byte[] heard() {
    return heard.toByteArray();
  }

  /** Whether what was heard may lack an end, since the connection was reset. */
  boolean isReset() {
    return isReset;
  }

  private Line connect(CompletableFuture<String> address) throws Exception {
    Socket socket;
    if (greeting.isCaller()) {
      String[] place = address.get().split(" ");
      socket = new Socket();
      socket.connect(new InetSocketAddress(place[0], Integer.parseInt(place[1])), LONGEST_MILLIS);
    } else {
      socket = server.accept();
    }
    socket.setSoTimeout(LONGEST_MILLIS);
    socket.setTcpNoDelay(true);
    return new Line(socket);
  }

  private void say(Line line) {
    try {
      line.write(stream);
      if (!isSilentAtEnd) {
        line.socket().shutdownOutput();
      }
    } catch (IOException e) {
      // The rank has hung up before.
    }
  }

  private void drain(Line line) {
    try {
      line.drain(heard);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the rank must hang up at the end but did not", e);
    } catch (IOException e) {
      isReset = true; // it has hung up without reading all
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
