package io.github.moe4j.core;

/**
 * A pass of experts, an {@link ExpertsPass} or {@link DispatchedPass}, that exchanges rows with other ranks. Optional;
 * only {@link StageTimes} uses it.
 */
@FunctionalInterface
public interface ExchangeTimed {
  /** Nanoseconds so far in which the pass did nothing but exchange, or wait for an exchange. */
  long exchangeNanos();

  /** The exchange of a pass; 0 if it does not report one. */
  static long nanosOf(Object pass) {
    return pass instanceof ExchangeTimed timed ? timed.exchangeNanos() : 0;
  }
}
