package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Exchange;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The exchange between ranks that are connected by sockets, or between some of them. */
final class SocketExchange implements Exchange {
  private final Mesh mesh;
  private final int[] members;
  private final int rank;
  private final String path;

  /**
   * Some of the ranks.
   *
   * @param members their numbers in the mesh, ascending
   * @param path tells the operations of different groups apart; empty for that of all ranks
   */
  SocketExchange(Mesh mesh, int[] members, String path) {
    this.mesh = mesh;
    this.members = members;
    this.rank = Arrays.binarySearch(members, mesh.rank());
    this.path = path;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return members.length;
  }

  @Override
  public void exchange(Call call, ByteBuffer[] send, ByteBuffer[] receive) {
    Call own = path.isEmpty() ? call : new Call(call.number(), call.text() + " of " + path);
    mesh.exchange(path, members, own, send, receive);
  }

  @Override
  public Exchange among(int[] places, Call call) {
    int[] theirs = Arrays.stream(places).map(i -> members[i]).toArray();
    // The operation and the first member tell the parts of a group apart.
    String part = "the %d ranks from rank %d by operation %d"
        .formatted(theirs.length, theirs[0], call.number());
    return new SocketExchange(mesh, theirs, path.isEmpty() ? part : part + " of " + path);
  }

  @Override
  public void abort(Throwable cause) {
    mesh.fail("rank %d failed: %s".formatted(mesh.rank(), cause), cause);
  }

  @Override
  public void close() {
    if (path.isEmpty()) {
      mesh.close();
    } else {
      mesh.leave(path);
    }
  }
}
