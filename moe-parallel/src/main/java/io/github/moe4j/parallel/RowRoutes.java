package io.github.moe4j.parallel;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the rows of some experts go in one pass. A rank sends rows sorted by (rank, expert) and receives them sorted by (source rank,
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
   * The routes of a rank in chunks, each of whole experts, so that all rows of an expert are in one. Each rank's experts
   * are divided as evenly as possible.
   *
   * @param counts rows of each expert on each rank [N][E]
   */
  static List<RowRoutes> inChunks(Placement placement, int rank, long[][] counts, int chunks) {
    int[] first = starts(counts[rank]);
    int[][] placeOf = places(placement);
    List<RowRoutes> all = new ArrayList<>();
    for (int c = 0; c < chunks; c++) {
      long[][] own = new long[counts.length][placement.experts()];
      for (int source = 0; source < counts.length; source++) {
        for (int e = 0; e < placement.experts(); e++) {
          int target = placement.target(e, source);
          int held = placeOf[target][placement.experts()];
          boolean isHere = (long) placeOf[target][e] * chunks / held == c;
          own[source][e] = isHere ? counts[source][e] : 0;
        }
      }
      all.add(of(placement, rank, own, first));
    }
    return all;
  }

  /** The place of each expert on each rank, and how many there are at the end [N][E+1]. */
  private static int[][] places(Placement placement) {
    int[][] places = new int[placement.ranks()][placement.experts() + 1];
    for (int r = 0; r < places.length; r++) {
      int[] held = placement.expertsOn(r);
      for (int i = 0; i < held.length; i++) {
        places[r][held[i]] = i;
      }
      places[r][placement.experts()] = held.length;
    }
    return places;
  }

  /**
   * The routes of a rank.
   *
   * @param counts rows to send of each expert on each rank [N][E]
   * @param first where this rank has the first row of each expert [E]
   */
  private static RowRoutes of(Placement placement, int rank, long[][] counts, int[] first) {
    int ranks = placement.ranks();
    long[] own = counts[rank];
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
