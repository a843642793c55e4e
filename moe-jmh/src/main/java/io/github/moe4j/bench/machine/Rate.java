package io.github.moe4j.bench.machine;

/**
 * A rate on one thread, and that of all threads together.
 *
 * @param perThread of one thread while the others are idle
 * @param together sum of all threads, running at the same time
 */
public record Rate(double perThread, double together) {
  /** In another unit. */
  Rate times(double factor) {
    return new Rate(perThread * factor, together * factor);
  }
}
