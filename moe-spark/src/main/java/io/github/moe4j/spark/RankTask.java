package io.github.moe4j.spark;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.net.SocketGroup;
import java.io.Serializable;
import java.net.InetAddress;
import java.util.Arrays;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;
import org.apache.spark.TaskKilledException;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/** What the task of a rank runs; the one element that it returns are the bytes of an {@link Outcome}. */
final class RankTask extends AbstractFunction1<Iterator<Integer>, Iterator<byte[]>>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final RankBody<?> body;
  private final SparkOptions options;
  private final byte[] secret;
  private final boolean isLocal;
  private final int attempt;

  /**
   * A task.
   *
   * @param isLocal whether all ranks are threads of the driver
   */
  RankTask(RankBody<?> body, SparkOptions options, byte[] secret, boolean isLocal, int attempt) {
    this.body = body;
    this.options = options;
    this.secret = secret;
    this.isLocal = isLocal;
    this.attempt = attempt;
  }

  @Override
  public Iterator<byte[]> apply(Iterator<Integer> none) {
    BarrierTaskContext context = BarrierTaskContext.get();
    String[] addresses =
        Arrays.stream(context.getTaskInfos()).map(BarrierTaskInfo::address).toArray(String[]::new);
    BarrierRendezvous rendezvous =
        new BarrierRendezvous(context.partitionId(), addresses.length, own -> gather(context, own));
    return scala.collection.Iterator$.MODULE$.single(run(rendezvous, addresses));
  }

  private static String[] gather(BarrierTaskContext context, String own) {
    String[] all = context.allGather(own);
    if (context.isInterrupted()) { // which allGather does not tell if all texts were there by then
      throw new TaskKilledException("while the ranks met");
    }
    return all;
  }

  private byte[] run(BarrierRendezvous rendezvous, String[] addresses) {
    int rank = rendezvous.rank();
    try (Group group = connect(rendezvous, addresses)) {
      try {
        return Outcome.success(rank, body.run(new SparkRank(group, attempt)));
      } catch (Throwable e) { // whatever it is, the other ranks wait for this one
        group.abort(e);
        return Outcome.failure(rank, e);
      }
    } catch (Throwable e) { // not connected
      rendezvous.cancel(e);
      return Outcome.failure(rank, e);
    }
  }

  private Group connect(BarrierRendezvous rendezvous, String[] addresses) throws Exception {
    InetAddress address = isLocal && options.networkInterface() == null
        ? InetAddress.getLoopbackAddress()
        : RankAddress.find(options.networkInterface(), addresses, rendezvous.rank());
    return SocketGroup.connect(rendezvous, options.sockets(secret, address));
  }
}
