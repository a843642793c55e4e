package io.github.moe4j.core.internal;

/** A process without limits, whose garbage is never collected: arrays only end by being closed. */
final class NoCollector extends ProcessLimit {
  @Override
  void collect(long millis) {
    // Nothing references what could be collected.
  }
}
