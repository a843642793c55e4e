package io.github.moe4j.parallel;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Exchanges rows with all ranks, and counts them.
 *
 * @param group of the ranks
 * @param exchanged counts
 */
record RankExchange(Group group, ExchangedRows exchanged) {
  /**
   * Gathers counts of all ranks at the beginning of a pass, when this rank has to wait for others.
   *
   * @param way in which all ranks must exchange: number of chunks; 0 if a token travels once a rank
   * @return [N] the counts of each rank, and its way at the end
   * @throws IllegalArgumentException if a rank exchanges in another way
   */
  long[][] counts(int way, long[] counts) {
    long[] own = Arrays.copyOf(counts, counts.length + 1);
    own[counts.length] = way;
    long start = System.nanoTime();
    long[][] all = group.allGather(own);
    exchanged.add(new ExchangeStatistics(0, 0, 0, 0, 0, System.nanoTime() - start));
    for (int r = 0; r < all.length; r++) {
      Require.that(
          all[r][counts.length] == way,
          "all ranks must exchange in one way, but rank %d has %s and rank %d %s",
          group.rank(),
          describe(way),
          r,
          describe(all[r][counts.length]));
    }
    return all;
  }

  private static String describe(long way) {
    return way == 0 ? "tokens once per rank" : "chunks " + way;
  }

  /** Counts rows that the experts of this rank compute. */
  void computes(long rows) {
    exchanged.add(new ExchangeStatistics(rows, 0, 0, 0, 0, 0));
  }

  /**
   * One all-to-all of rows.
   *
   * @param send rows by receiving rank. Not modified.
   * @param sendStart first row for each rank [N+1]
   * @param receive rows by sending rank. Modified: overwritten.
   * @param receiveStart first row of each rank [N+1]
   */
  void rows(INDArray send, int[] sendStart, INDArray receive, int[] receiveStart) {
    exchange(send, sendStart, receive, receiveStart, 1);
  }

  /** The same with numbers that go with rows, of which only the bytes count. */
  void numbers(INDArray send, int[] sendStart, INDArray receive, int[] receiveStart) {
    exchange(send, sendStart, receive, receiveStart, 0);
  }

  private void exchange(
      INDArray send, int[] sendStart, INDArray receive, int[] receiveStart, int rowsCount) {
    long start = System.nanoTime();
    group.allToAll(new RankRows(send, sendStart), new RankRows(receive, receiveStart));
    long nanos = System.nanoTime() - start;
    int stay = sendStart[group.rank() + 1] - sendStart[group.rank()];
    long leave = sendStart[sendStart.length - 1] - stay;
    long bytes = leave * send.size(1) * send.dataType().width();
    exchanged.add(new ExchangeStatistics(0, 1, rowsCount * leave, bytes, nanos, 0));
  }
}
