package io.github.moe4j.parallel.net;

import java.io.IOException;
import java.util.List;

/** How the ranks of a group find each other: a launcher, a cluster, or a folder that all can write to. */
public interface Rendezvous {
  /** The number of this rank, in [0, N). */
  int rank();

  /** Number of ranks N. */
  int size();

  /**
   * Gathers a text of each rank. Called once by every rank.
   *
   * @param own of this rank, in one line
   * @return [N] by rank
   * @throws IOException if the ranks do not all come in time; the message names those that are missing
   */
  List<String> allGather(String own) throws IOException;
}
