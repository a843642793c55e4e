package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import java.util.List;

/** A collective operation of a conversation. */
interface Operation {
  /** Its exchanges, with what is sent if nobody does anything wrong. */
  List<Round> rounds();

  /**
   * Calls it.
   *
   * @param groups that of all ranks and its part, if there is one. Modified: a new part is added.
   * @return the numbers that the rank has then, as bits
   */
  long[] run(List<Group> groups);

  /**
   * The numbers that the rank must have.
   *
   * @param received of each exchange by rank, null for the rank itself. Not modified.
   */
  long[] expected(List<byte[][]> received);

  /** Whether what is received decides which operations are right after it. */
  default boolean decides() {
    return false;
  }
}
