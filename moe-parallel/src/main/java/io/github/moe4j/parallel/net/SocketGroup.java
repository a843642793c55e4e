package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Group;
import java.io.IOException;
import java.util.Map;
import java.util.stream.IntStream;

/** Connects processes to a group. */
public final class SocketGroup {
  private SocketGroup() {}

  /**
   * Connects this process as its environment says, so that a launcher starts one command on all hosts: {@code MOE4J_RANK};
   * either {@code MOE4J_HOSTS}, {@code host:port} of each rank with commas between them, or {@code MOE4J_RANKS} and
   * {@code MOE4J_RENDEZVOUS}, the folder of a {@link FolderRendezvous}; {@code MOE4J_SECRET}, at least 16 bytes in
   * hexadecimal digits; {@code MOE4J_TIMEOUT} in seconds, 60 if it is not set; {@code MOE4J_ADDRESS} to listen on, by
   * default the rank's own host in the list, or the loopback address with a folder.
   *
   * @throws IllegalArgumentException if a variable is missing or has no such value; the message names it
   * @throws IOException as of {@link #connect}
   */
  public static Group fromEnvironment() throws IOException {
    return new RankEnvironment(System.getenv()).connect();
  }

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
