package io.github.moe4j.core.group;

import java.nio.ByteBuffer;

/**
 * What an engine of a {@link Group} implements: the exchange of bytes between all pairs of ranks. Used by one thread at
 * a time.
 */
public interface Exchange extends AutoCloseable {
  /** The number of this rank, in [0, N). */
  int rank();

  /** Number of ranks N. */
  int size();

  /**
   * Sends bytes to every other rank and receives those that they send to this one. Every rank calls it in the same
   * order. Returns when all bytes are received and the buffers may be reused; the bytes of this rank for itself do
   * not pass through here.
   *
   * @param call the operation, equal on all ranks
   * @param send [N] the remaining bytes of buffer r are sent to rank r. Positions are not modified.
   * @param receive [N] the remaining bytes of buffer r are received from rank r, exactly as many as it sends. Their
   *     content is overwritten; positions are not modified.
   * @throws GroupException if a rank failed, is late, calls another operation, or sends another number of bytes
   */
  void exchange(Call call, ByteBuffer[] send, ByteBuffer[] receive);

  /**
   * The exchange between some of the ranks, all of which call this with the same arguments.
   *
   * @param members ranks in ascending order, this one among them
   * @param call the operation that divides them
   */
  Exchange among(int[] members, Call call);

  /** Ends the exchange for all ranks; the first cause counts. */
  void abort(Throwable cause);

  /** Leaves; ranks that still wait for this one get an error. */
  @Override
  void close();

  /**
   * An operation of a group.
   *
   * @param number of operations before it
   * @param text what it is, such as {@code allReduce [8,64] FLOAT}
   */
  record Call(long number, String text) {
    @Override
    public String toString() {
      return text + " (operation " + number + ")";
    }
  }
}
