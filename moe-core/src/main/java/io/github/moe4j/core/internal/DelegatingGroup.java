package io.github.moe4j.core.internal;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A group around another; what differs is overridden. */
public abstract class DelegatingGroup implements Group {
  private final Group inner;

  /** Around a group, which is closed with it. */
  protected DelegatingGroup(Group inner) {
    this.inner = inner;
  }

  @Override
  public int rank() {
    return inner.rank();
  }

  @Override
  public int size() {
    return inner.size();
  }

  @Override
  public void allToAll(RankRows send, RankRows receive) {
    inner.allToAll(send, receive);
  }

  @Override
  public long[][] allGather(long... own) {
    return inner.allGather(own);
  }

  @Override
  public void allReduce(INDArray sum) {
    inner.allReduce(sum);
  }

  @Override
  public void barrier() {
    inner.barrier();
  }

  @Override
  public void abort(Throwable cause) {
    inner.abort(cause);
  }

  @Override
  public Group split(int colour) {
    return inner.split(colour);
  }

  @Override
  public void close() {
    inner.close();
  }

  @Override
  public String toString() {
    return inner.toString();
  }
}
