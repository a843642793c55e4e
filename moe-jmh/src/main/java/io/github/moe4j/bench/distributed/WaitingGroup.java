package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A group that meets all ranks before each operation, to tell the time that a rank waits from that of the operation. */
final class WaitingGroup implements Group {
  private final Group group;
  private long waitNanos;
  private long exchangeNanos;

  WaitingGroup(Group group) {
    this.group = group;
  }

  double waitSeconds() {
    return waitNanos / 1e9;
  }

  double exchangeSeconds() {
    return exchangeNanos / 1e9;
  }

  private void timed(Runnable operation) {
    long start = System.nanoTime();
    group.barrier();
    long met = System.nanoTime();
    operation.run();
    waitNanos += met - start;
    exchangeNanos += System.nanoTime() - met;
  }

  @Override
  public int rank() {
    return group.rank();
  }

  @Override
  public int size() {
    return group.size();
  }

  @Override
  public void allToAll(RankRows send, RankRows receive) {
    timed(() -> group.allToAll(send, receive));
  }

  @Override
  public long[][] allGather(long... own) {
    long[][][] all = new long[1][][];
    timed(() -> all[0] = group.allGather(own));
    return all[0];
  }

  @Override
  public void allReduce(INDArray sum) {
    timed(() -> group.allReduce(sum));
  }

  @Override
  public void barrier() {
    group.barrier();
  }

  @Override
  public void abort(Throwable cause) {
    group.abort(cause);
  }

  @Override
  public Group split(int colour) {
    return group.split(colour);
  }

  @Override
  public void close() {
    // the group is closed by its owner
  }
}
