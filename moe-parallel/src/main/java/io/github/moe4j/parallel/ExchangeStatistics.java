package io.github.moe4j.parallel;

import io.github.moe4j.core.group.Group;
import java.util.Arrays;
import java.util.List;

/**
 * What a rank has computed and sent to other ranks.
 *
 * @param computed rows that its experts computed, forward
 * @param exchanges all-to-all operations
 * @param rows sent, not counting those that stay
 * @param bytes of these rows, and of the numbers that go with them
 * @param nanos time of the exchanges, with the wait for other ranks
 * @param waitNanos time before the exchanges of each forward pass until all ranks had come to it
 */
public record ExchangeStatistics(
    long computed, long exchanges, long rows, long bytes, long nanos, long waitNanos) {
  /** Nothing yet. */
  static final ExchangeStatistics NONE = new ExchangeStatistics(0, 0, 0, 0, 0, 0);

  /** The sum of both. */
  public ExchangeStatistics plus(ExchangeStatistics other) {
    return new ExchangeStatistics(
        computed + other.computed,
        exchanges + other.exchanges,
        rows + other.rows,
        bytes + other.bytes,
        nanos + other.nanos,
        waitNanos + other.waitNanos);
  }

  /**
   * Those of all ranks. Collective.
   *
   * @return [N] by rank, on every rank
   */
  public List<ExchangeStatistics> ofAllRanks(Group group) {
    long[][] all = group.allGather(computed, exchanges, rows, bytes, nanos, waitNanos);
    return Arrays.stream(all)
        .map(of -> new ExchangeStatistics(of[0], of[1], of[2], of[3], of[4], of[5]))
        .toList();
  }
}
