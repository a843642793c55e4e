package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import io.github.moe4j.core.internal.DelegatingGroup;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A group that meets all ranks before each operation, to tell the time that a rank waits from that of the operation. */
final class WaitingGroup extends DelegatingGroup {
  private long waitNanos;
  private long exchangeNanos;

  WaitingGroup(Group group) {
    super(group);
  }

  double waitSeconds() {
    return waitNanos / 1e9;
  }

  double exchangeSeconds() {
    return exchangeNanos / 1e9;
  }

  private void timed(Runnable operation) {
    long start = System.nanoTime();
    super.barrier();
    long met = System.nanoTime();
    operation.run();
    waitNanos += met - start;
    exchangeNanos += System.nanoTime() - met;
  }

  @Override
  public void allToAll(RankRows send, RankRows receive) {
    timed(() -> super.allToAll(send, receive));
  }

  @Override
  public long[][] allGather(long... own) {
    long[][][] all = new long[1][][];
    timed(() -> all[0] = super.allGather(own));
    return all[0];
  }

  @Override
  public void allReduce(INDArray sum) {
    timed(() -> super.allReduce(sum));
  }
}
