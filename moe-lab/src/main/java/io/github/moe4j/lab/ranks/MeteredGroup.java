package io.github.moe4j.lab.ranks;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import io.github.moe4j.core.internal.DelegatingGroup;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A group that measures what this rank sends and how long it waits. */
public final class MeteredGroup extends DelegatingGroup {
  private Traffic traffic = Traffic.NONE;

  /** Over a group, which is closed with it. */
  public MeteredGroup(Group group) {
    super(group);
  }

  /** So far, without that of groups split from it. */
  public Traffic traffic() {
    return traffic;
  }

  @Override
  public void allToAll(RankRows send, RankRows receive) {
    int[] start = send.start();
    long stay = start[rank() + 1] - start[rank()];
    long bytes =
        (start[size()] - stay) * send.rows().size(1) * send.rows().dataType().width();
    measured(bytes, () -> {
      super.allToAll(send, receive);
      return 0;
    });
  }

  @Override
  public long[][] allGather(long... own) {
    return measured((long) own.length * Long.BYTES * (size() - 1), () -> super.allGather(own));
  }

  /** The sum is made of segments: 2(N−1)/N of the array are sent. */
  @Override
  public void allReduce(INDArray sum) {
    long bytes = 2 * sum.length() * sum.dataType().width() * (size() - 1) / size();
    measured(bytes, () -> {
      super.allReduce(sum);
      return 0;
    });
  }

  @Override
  public void barrier() {
    measured(0, () -> {
      super.barrier();
      return 0;
    });
  }

  private <T> T measured(long bytes, Supplier<T> operation) {
    long start = System.nanoTime();
    T result = operation.get();
    traffic = traffic.plus(new Traffic(bytes, System.nanoTime() - start));
    return result;
  }
}
