package io.github.moe4j.fuzz.frames;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A connection to the rank.
 *
 * @param socket whose reads have a time-out
 */
record Line(Socket socket) implements AutoCloseable {
  /** The version that ranks speak. */
  static final String TLS = "TLSv1.3";

  /**
   * TLS over a connection, with certificates of both sides.
   *
   * @param context of this side
   * @param isCaller whether this side has called
   * @param version of TLS
   * @throws IOException if the handshake fails
   */
  static Line tls(Line below, SSLContext context, boolean isCaller, String version)
      throws IOException {
    SSLSocket socket = (SSLSocket)
        context.getSocketFactory().createSocket(below.socket, null, below.socket.getPort(), true);
    socket.setUseClientMode(isCaller);
    if (!isCaller) {
      socket.setNeedClientAuth(true);
    }
    socket.setEnabledProtocols(new String[] {version});
    socket.startHandshake();
    return new Line(socket);
  }

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

  /**
   * Reads until the other side ends.
   *
   * @param into gets the bytes, also if it fails. Modified.
   */
  void drain(ByteArrayOutputStream into) throws IOException {
    byte[] buffer = new byte[8192];
    int count = socket.getInputStream().read(buffer);
    while (count >= 0) {
      into.write(buffer, 0, count);
      count = socket.getInputStream().read(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
