package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.net.Rendezvous;
import io.github.moe4j.parallel.net.SocketOptions;
import java.io.IOException;

/** How the rank that is examined joins: by the library, or with a fault to be found. */
@FunctionalInterface
public interface Connect {
  /**
   * A member.
   *
   * @param rendezvous with all addresses
   * @param options of the group
   */
  Group connect(Rendezvous rendezvous, SocketOptions options) throws IOException;
}
