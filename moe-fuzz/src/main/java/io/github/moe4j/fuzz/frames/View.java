package io.github.moe4j.fuzz.frames;

import java.util.Arrays;

/** A group as the rank sees it while a script is drawn. */
final class View {
  final int index;
  final String path;
  final int rank;
  final int[] members;
  private long calls;

  /**
   * A group.
   *
   * @param index 0 for all ranks, 1 for a part of them
   * @param path as frames name it
   * @param rank that is examined
   * @param members ascending. Kept.
   */
  View(int index, String path, int rank, int... members) {
    this.index = index;
    this.path = path;
    this.rank = rank;
    this.members = members;
  }

  /** Where the rank is among the members. */
  int place() {
    return Arrays.binarySearch(members, rank);
  }

  int size() {
    return members.length;
  }

  /** The number of the next operation. */
  long next() {
    return calls++;
  }

  /**
   * The next exchange.
   *
   * @param sent to the rank, by place; what it has for itself is not sent
   * @param own what it sends, by place
   */
  Round round(String text, byte[][] sent, byte[][] own) {
    return new Round(path, next(), text, byRank(sent), byRank(own));
  }

  private byte[][] byRank(byte[][] byPlace) {
    byte[][] byRank = new byte[members[members.length - 1] + 1][];
    for (int i = 0; i < members.length; i++) {
      if (members[i] != rank) {
        byRank[members[i]] = byPlace[i];
      }
    }
    return byRank;
  }
}
