package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Group;
import java.io.IOException;
import java.util.Map;
import java.util.stream.IntStream;

/** Connects processes to a group. */
public final class SocketGroup {
  private SocketGroup() {}

  /**
   * Connects this process to all other ranks. Returns when each is connected and authenticated.
   *
   * @param rendezvous tells the ranks their addresses
   * @param options the same on all ranks but for the address
   * @throws IOException if the ranks do not all come in time, or one cannot be reached or authenticated
   */
  public static Group connect(Rendezvous rendezvous, SocketOptions options) throws IOException {
    int rank = rendezvous.rank();
    int size = rendezvous.size();
    Map<Integer, Wire> wires;
    try (Connector connector =
        new Connector(new Handshake(rank, size, options.secret()), options)) {
      connector.listen();
      wires = connector.connect(rendezvous.allGather(connector.address()));
    }
    Mesh mesh = new Mesh(rank, options.timeout(), wires);
    mesh.start();
    return Group.over(new SocketExchange(mesh, IntStream.range(0, size).toArray(), ""));
  }
}
