package io.github.moe4j.core.group;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The exchange of one rank, which has nobody to exchange with. */
final class SingleExchange implements Exchange {
  private @Nullable Throwable failure;

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void exchange(Call call, ByteBuffer[] send, ByteBuffer[] receive) {
    if (failure != null) {
      throw new GroupException("rank 0 failed: " + failure, failure);
    }
  }

  @Override
  public Exchange among(int[] members, Call call) {
    exchange(call, new ByteBuffer[1], new ByteBuffer[1]);
    return new SingleExchange();
  }

  @Override
  public void abort(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  @Override
  public void close() {
    // Nobody waits for it.
  }
}
