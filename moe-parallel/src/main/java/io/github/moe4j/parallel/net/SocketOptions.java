package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.Require;
import java.net.InetAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How the ranks of a group connect. Every connection is authenticated: by a shared secret, which protects against
 * strangers that connect but not against somebody on the network path who changes or reads data; or by TLS 1.3, with
 * certificates of both sides. Immutable.
 */
public final class SocketOptions {
  private static final int LEAST_SECRET = 16;
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(20);

  private final byte @Nullable [] secret;
  private final @Nullable SSLContext tls;
  private final InetAddress address;
  private final int port;
  private final Duration timeout;

  private SocketOptions(
      byte @Nullable [] secret,
      @Nullable SSLContext tls,
      InetAddress address,
      int port,
      Duration timeout) {
    Require.that(
        timeout.compareTo(SHORTEST) >= 0 && timeout.compareTo(LONGEST) <= 0,
        "timeout must be from %s to %s but was %s",
        SHORTEST,
        LONGEST,
        timeout);
    Require.that(
        !address.isAnyLocalAddress(),
        "address must be one at which others reach this rank but was %s",
        address);
    Require.that(port >= 0 && port <= 65_535, "port must be in [0, 65535] but was %d", port);
    this.secret = secret;
    this.tls = tls;
    this.address = address;
    this.port = port;
    this.timeout = timeout;
  }

  /**
   * Connections on the loopback address, authenticated by a secret, with a time-out of a minute.
   *
   * @param secret equal on all ranks, at least 16 bytes, such as those of a secure random generator. Copied.
   * @throws IllegalArgumentException if the secret is shorter
   */
  public static SocketOptions secret(byte[] secret) {
    Require.that(
        secret.length >= LEAST_SECRET,
        "secret must have at least %d bytes but has %d",
        LEAST_SECRET,
        secret.length);
    return new SocketOptions(secret.clone(), null, loopback(), 0, Duration.ofMinutes(1));
  }

  /**
   * Connections on the loopback address over TLS 1.3, with a time-out of a minute. Both sides show a certificate, which
   * the other side's trust manager must accept.
   *
   * @param context with a key and the certificates to trust
   */
  public static SocketOptions tls(SSLContext context) {
    return new SocketOptions(null, context, loopback(), 0, Duration.ofMinutes(1));
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  /**
   * The address to listen on and to be reached at.
   *
   * @param newAddress of this machine
   * @throws IllegalArgumentException if it stands for all addresses
   */
  public SocketOptions withAddress(InetAddress newAddress) {
    return new SocketOptions(secret, tls, newAddress, port, timeout);
  }

  /**
   * The port to listen on, for ranks whose addresses are given beforehand.
   *
   * @param newPort up to 65535; 0, the default, for any that is free
   * @throws IllegalArgumentException if it is not a port
   */
  public SocketOptions withPort(int newPort) {
    return new SocketOptions(secret, tls, address, newPort, timeout);
  }

  /**
   * How long a rank waits for another, to connect and within one operation.
   *
   * @param newTimeout from a millisecond to 20 days
   * @throws IllegalArgumentException if it is shorter or longer
   */
  public SocketOptions withTimeout(Duration newTimeout) {
    return new SocketOptions(secret, tls, address, port, newTimeout);
  }

  byte @Nullable [] secret() {
    return secret;
  }

  @Nullable
  SSLContext tls() {
    return tls;
  }

  InetAddress address() {
    return address;
  }

  int port() {
    return port;
  }

  Duration timeout() {
    return timeout;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "%s at %s, time-out %s".formatted(tls == null ? "secret" : "TLS", address, timeout);
  }
}
