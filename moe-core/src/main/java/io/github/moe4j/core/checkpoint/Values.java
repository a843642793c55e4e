package io.github.moe4j.core.checkpoint;

import java.nio.ByteBuffer;

/** What an entry holds, as elements that can be moved in pieces of any size. */
interface Values {
  Kind kind();

  /** Throws if the memory of the elements is gone, as that of a closed array. */
  default void requireUsable(String name) {}

  /** Axes; one of them for all that is no tensor. */
  long[] shape();

  /**
   * Copies elements out.
   *
   * @param from the first
   * @param target whose remaining bytes are filled; its position stays
   */
  void get(long from, ByteBuffer target);

  /**
   * Copies elements in.
   *
   * @param from the first
   * @param source whose remaining bytes are read; its position stays
   */
  void put(long from, ByteBuffer source);
}
