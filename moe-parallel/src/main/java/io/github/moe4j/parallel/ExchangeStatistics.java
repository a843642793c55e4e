package io.github.moe4j.parallel;

/**
 * What a rank has sent to other ranks.
 *
 * @param exchanges all-to-all operations
 * @param rows sent, not counting those that stay
 * @param bytes of these rows
 * @param nanos time of the exchanges, with the wait for other ranks
 */
public record ExchangeStatistics(long exchanges, long rows, long bytes, long nanos) {}
