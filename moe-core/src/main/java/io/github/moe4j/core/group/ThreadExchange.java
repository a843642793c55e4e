package io.github.moe4j.core.group;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The exchange of a rank that is a thread.
 *
 * @param room where the ranks meet
 * @param rank of this one in it
 */
record ThreadExchange(ThreadRoom room, int rank) implements Exchange {
  @Override
  public int size() {
    return room.size();
  }

  @Override
  public void exchange(Call call, ByteBuffer[] send, ByteBuffer[] receive) {
    room.exchange(rank, call, send, receive);
  }

  @Override
  public Exchange among(int[] members, Call call) {
    return new ThreadExchange(room.among(members, call), Arrays.binarySearch(members, rank));
  }

  @Override
  public void abort(Throwable cause) {
    room.abort(rank, cause);
  }

  @Override
  public void close() {
    room.leave(rank);
  }
}
