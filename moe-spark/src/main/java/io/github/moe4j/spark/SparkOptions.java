package io.github.moe4j.spark;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.parallel.net.SocketOptions;
import java.io.Serializable;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How ranks on Spark start, connect and are tried again. Immutable. */
public final class SparkOptions implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int SECRET_BYTES = 32;

  private final @Nullable TlsSource tls;
  private final @Nullable String networkInterface;
  private final Duration timeout;
  private final Duration startTimeout;
  private final int attempts;

  private SparkOptions(
      @Nullable TlsSource tls,
      @Nullable String networkInterface,
      Duration timeout,
      Duration startTimeout,
      int attempts) {
    Require.that(
        !startTimeout.isNegative() && !startTimeout.isZero(),
        "startTimeout must be above 0 but was %s",
        startTimeout);
    this.tls = tls;
    this.networkInterface = networkInterface;
    this.timeout = timeout;
    this.startTimeout = startTimeout;
    this.attempts = Require.positive("attempts", attempts);
    SocketOptions.secret(new byte[SECRET_BYTES]).withTimeout(timeout); // checks it
  }

  /**
   * Connections authenticated by a secret that is drawn for every attempt and travels with the task: whoever can read
   * Spark's own traffic can read it, unless that is encrypted ({@code spark.network.crypto.enabled}). What the ranks
   * exchange is not encrypted.
   *
   * <p>One attempt, a time-out of a minute, four minutes to start.
   */
  public static SparkOptions secret() {
    return new SparkOptions(null, null, Duration.ofMinutes(1), Duration.ofMinutes(4), 1);
  }

  /**
   * Connections over TLS 1.3, with certificates on both sides; otherwise as {@link #secret()}.
   *
   * @param source makes the context of each rank
   */
  public static SparkOptions tls(TlsSource source) {
    return new SparkOptions(source, null, Duration.ofMinutes(1), Duration.ofMinutes(4), 1);
  }

  /**
   * How long a rank waits for another, to connect and within one operation.
   *
   * @param newTimeout from a millisecond to 20 days
   * @throws IllegalArgumentException if it is shorter or longer
   */
  public SparkOptions withTimeout(Duration newTimeout) {
    return new SparkOptions(tls, networkInterface, newTimeout, startTimeout, attempts);
  }

  /**
   * How long the driver waits for as many slots as ranks, and then until all ranks have started. Spark gives up an executor
   * that hangs only after two to three minutes ({@code spark.network.timeout} and the interval of its check).
   *
   * @param newTimeout above 0
   * @throws IllegalArgumentException if it is not
   */
  public SparkOptions withStartTimeout(Duration newTimeout) {
    return new SparkOptions(tls, networkInterface, timeout, newTimeout, attempts);
  }

  /**
   * How often the ranks are started, all of them, until they succeed. {@link SparkRank#attempt} tells a body to resume.
   *
   * @param newAttempts at least 1
   * @throws IllegalArgumentException if it is less
   */
  public SparkOptions withAttempts(int newAttempts) {
    return new SparkOptions(tls, networkInterface, timeout, startTimeout, newAttempts);
  }

  /**
   * The network interface by which ranks reach each other, such as {@code eth1}. Without it they listen on the address by
   * which Spark knows their executor, and on the loopback address with a master {@code local[…]}.
   *
   * @param name of an interface that every machine has
   */
  public SparkOptions withInterface(String name) {
    return new SparkOptions(tls, name, timeout, startTimeout, attempts);
  }

  int attempts() {
    return attempts;
  }

  Duration startTimeout() {
    return startTimeout;
  }

  @Nullable
  String networkInterface() {
    return networkInterface;
  }

  /** A secret for one attempt. */
  static byte[] drawSecret() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return secret;
  }

  /** What the sockets of a rank need. */
  SocketOptions sockets(byte[] secret, InetAddress address) throws Exception {
    SocketOptions options =
        tls == null ? SocketOptions.secret(secret) : SocketOptions.tls(tls.create());
    return options.withAddress(address).withTimeout(timeout);
  }

  /** Without the secret, which is not kept here. */
  @Override
  public String toString() {
    return "%s on %s, time-out %s, %s to start, attempts %d"
        .formatted(
            tls == null ? "secret" : "TLS",
            networkInterface == null ? "Spark's address" : networkInterface,
            timeout,
            startTimeout,
            attempts);
  }
}
