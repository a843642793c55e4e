package io.github.moe4j.bench.distributed;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Brings lines that a rank prints in an executor to the driver; only who knows its token may send some. */
final class LineRelay implements AutoCloseable {
  private static final int TOKEN_BYTES = 32;
  private static final int HELLO_MILLIS = 5_000;

  private final ServerSocket server;
  private final byte[] token = new byte[TOKEN_BYTES];
  private final Consumer<String> lines;

  /**
   * Listens.
   *
   * @param address of the driver, at which executors reach it
   */
  LineRelay(InetAddress address, Consumer<String> lines) throws IOException {
    this.server = new ServerSocket(0, 1, address);
    this.lines = lines;
    new SecureRandom().nextBytes(token);
    Thread thread = new Thread(this::accept, "moe4j lines of rank 0");
    thread.setDaemon(true);
    thread.start();
  }

  String host() {
    return server.getInetAddress().getHostAddress();
  }

  int port() {
    return server.getLocalPort();
  }

  /** In hexadecimal digits. */
  String token() {
    return HexFormat.of().formatHex(token);
  }

  private void accept() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        read(socket);
      } catch (IOException e) {
        // Closed, or of somebody else, or the rank has ended: its failure is reported by its group.
      }
    }
  }

  private void read(Socket socket) throws IOException {
    socket.setSoTimeout(HELLO_MILLIS);
    byte[] shown = new byte[TOKEN_BYTES];
    new DataInputStream(socket.getInputStream()).readFully(shown);
    if (!MessageDigest.isEqual(token, shown)) {
      return;
    }
    socket.setSoTimeout(0);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    reader.lines().forEach(lines);
  }

  /** A writer whose lines arrive at a relay. */
  static PrintWriter connect(String host, int port, String token) throws IOException {
    Socket socket = new Socket(host, port);
    socket.getOutputStream().write(HexFormat.of().parseHex(token));
    return new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
