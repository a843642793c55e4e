package io.github.moe4j.parallel;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the rows of one pass go. A rank sends rows sorted by (rank, expert) and receives them sorted by (source rank,
 * expert); its experts compute rows sorted by (expert, source rank), which is the order of one process over the whole
 * batch.
 *
 * @param sendStart first row to send to each rank, and their number at the end [N+1]
 * @param toSend from the rows of this rank, sorted by expert, to those to send
 * @param receiveStart first row received from each rank, and their number at the end [N+1]
 * @param toExperts from the rows received to those of the local experts
 * @param expertStart first row of each local expert, and their number at the end
 */
record RowRoutes(
    int[] sendStart,
    List<RowBlock> toSend,
    int[] receiveStart,
    List<RowBlock> toExperts,
    int[] expertStart) {

  /**
   * The routes of a rank.
   *
   * @param counts rows of each expert on each rank [N][E]
   */
  static RowRoutes of(Placement placement, int rank, long[][] counts) {
    int ranks = placement.ranks();
    long[] own = counts[rank];
    int[] first = starts(own);
    int[] sendStart = new int[ranks + 1];
    List<RowBlock> toSend = new ArrayList<>();
    for (int target = 0, row = 0; target < ranks; target++) {
      for (int e = 0; e < own.length; e++) {
        if (own[e] > 0 && placement.target(e, rank) == target) {
          toSend.add(new RowBlock(first[e], row, (int) own[e]));
          row += (int) own[e];
        }
      }
      sendStart[target + 1] = row;
    }
    return received(placement, rank, counts, sendStart, toSend);
  }

  private static RowRoutes received(
      Placement placement, int rank, long[][] counts, int[] sendStart, List<RowBlock> toSend) {
    int[] local = placement.expertsOn(rank);
    int ranks = placement.ranks();
    long[][] here = new long[local.length][ranks]; // rows by local expert and source
    int[] receiveStart = new int[ranks + 1];
    for (int source = 0; source < ranks; source++) {
      int row = receiveStart[source];
      for (int i = 0; i < local.length; i++) {
        if (placement.target(local[i], source) == rank) {
          here[i][source] = counts[source][local[i]];
          row = Math.addExact(row, Math.toIntExact(here[i][source]));
        }
      }
      receiveStart[source + 1] = row;
    }
    int[] expertStart = new int[local.length + 1];
    int[] nextOf = receiveStart.clone();
    List<RowBlock> toExperts = new ArrayList<>();
    for (int i = 0, row = 0; i < local.length; i++) {
      for (int source = 0; source < ranks; source++) {
        int count = (int) here[i][source];
        if (count > 0) {
          toExperts.add(new RowBlock(nextOf[source], row, count));
          nextOf[source] += count;
          row += count;
        }
      }
      expertStart[i + 1] = row;
    }
    return new RowRoutes(
        sendStart, RowBlock.joined(toSend), receiveStart, RowBlock.joined(toExperts), expertStart);
  }

  private static int[] starts(long[] counts) {
    int[] start = new int[counts.length + 1];
    for (int e = 0; e < counts.length; e++) {
      start[e + 1] = Math.addExact(start[e], Math.toIntExact(counts[e]));
    }
    return start;
  }
}
