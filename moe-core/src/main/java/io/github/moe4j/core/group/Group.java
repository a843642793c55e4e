package io.github.moe4j.core.group;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The ranks 0 … N−1 that compute together, seen from one of them. All methods but {@link #rank}, {@link #size} and
 * {@link #abort} are collective: every rank calls the same ones in the same order, and each returns when its own part
 * is done. Ranks that call different ones get an error, never wrong numbers.
 *
 * <p>Sums are added in the order of the ranks, ((r₀ + r₁) + r₂) + …, in the type of the array: the same bits on all
 * ranks, in every run and on every engine.
 *
 * <p>Used by one thread at a time, that of the rank. A rank that fails calls {@link #abort}, or is found dead or late
 * by its engine: then every operation of every other rank, and of all groups split from it, throws a
 * {@link GroupException} that names it. A group that failed or was closed cannot be used any more.
 */
public interface Group extends AutoCloseable {
  /** The number of this rank, in [0, N). */
  int rank();

  /** Number of ranks N. */
  int size();

  /**
   * Sends rows to every rank and receives those that every rank sends to this one, itself included.
   *
   * @param send rows by receiving rank. Not modified.
   * @param receive rows by sending rank, as many as each sends. Modified: overwritten.
   * @throws IllegalArgumentException if the rows are not those of N ranks, or differ in width or type
   * @throws GroupException if the group failed, also because numbers of rows differ from what their sender sends
   */
  void allToAll(RankRows send, RankRows receive);

  /**
   * Gathers numbers of all ranks.
   *
   * @param own of this rank, as many on every rank. Not modified.
   * @return [N][own.length] the numbers of each rank
   * @throws GroupException if the group failed
   */
  long[][] allGather(long... own);

  /**
   * Adds an array over all ranks, in rank order.
   *
   * @param sum FLOAT or DOUBLE, contiguous in c order, of one shape on all ranks. Modified: becomes the sum.
   * @throws IllegalArgumentException if the array is closed, of another type or not contiguous
   * @throws GroupException if the group failed
   */
  void allReduce(INDArray sum);

  /**
   * Returns when every rank has called it.
   *
   * @throws GroupException if the group failed
   */
  void barrier();

  /**
   * Ends the group for all ranks; not collective. The first cause is the one that is reported.
   *
   * @param cause why this rank cannot continue
   */
  void abort(Throwable cause);

  /**
   * Divides the group: ranks of one colour become a group of their own, numbered in the order of their ranks here. This
   * group stays usable; closing it closes its parts.
   *
   * @param colour any number
   * @throws GroupException if the group failed
   */
  Group split(int colour);

  /**
   * Leaves the group and all groups split from it. A rank that still waits for this one gets a {@link GroupException}.
   * Closing twice does nothing.
   */
  @Override
  void close();

  /** A group of one rank. */
  static Group single() {
    return over(new SingleExchange());
  }

  /**
   * A group over an engine's exchange.
   *
   * @param exchange closed with the group
   */
  static Group over(Exchange exchange) {
    return new ExchangeGroup(exchange);
  }

  /**
   * Runs ranks in threads of this process and returns when all have ended.
   *
   * @param ranks N
   * @param timeout how long a rank waits for another within one operation
   * @param body what each rank does. Its group is closed after it.
   * @return the results by rank
   * @throws GroupException if a rank failed; its cause is what the first one threw
   */
  static <T> List<T> threads(int ranks, Duration timeout, Function<Group, T> body) {
    return new ThreadRanks(ranks, timeout).run(body);
  }
}
