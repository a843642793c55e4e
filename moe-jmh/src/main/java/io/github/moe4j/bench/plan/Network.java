package io.github.moe4j.bench.plan;

import io.github.moe4j.core.internal.Require;

/**
 * What moves bytes out of a node: the time of a message is latency plus bytes through the bandwidth.
 *
 * @param bytesPerSecond out of a node, while as much comes in
 * @param latencySeconds of an exchange
 */
public record Network(double bytesPerSecond, double latencySeconds) {
  /** Checks the numbers. */
  public Network {
    Require.that(
        bytesPerSecond > 0 && Double.isFinite(bytesPerSecond),
        "bytesPerSecond must be above 0 and finite but was %s",
        bytesPerSecond);
    Require.that(
        latencySeconds >= 0 && Double.isFinite(latencySeconds),
        "latencySeconds must be at least 0 and finite but was %s",
        latencySeconds);
  }

  /** Of 10⁹ bits a second. */
  static Network ofGigabits(double gigabits, double latencySeconds) {
    return new Network(gigabits * 1e9 / Byte.SIZE, latencySeconds);
  }

  /**
   * Time of an exchange, 0 if there is nobody to exchange with.
   *
   * @param bytes out of the node that sends, or into the one that receives, the most
   * @param ranks that take part
   */
  public double seconds(double bytes, int ranks) {
    return ranks == 1 ? 0 : latencySeconds + bytes / bytesPerSecond;
  }
}
