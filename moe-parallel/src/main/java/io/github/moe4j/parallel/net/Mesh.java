package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Exchange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The connections of a rank to all others, which live and fail together. */
final class Mesh {
  private static final long ABORT_MILLIS = 500;

  private final int rank;
  private final int size;
  private final Duration timeout;
  private final Failure failure = new Failure();
  private final Map<Integer, Peer> peers = new TreeMap<>();
  private final AtomicInteger users = new AtomicInteger(1);
  private final Watchdog watchdog;
  private volatile boolean over;

  Mesh(int rank, int size, Duration timeout, Map<Integer, Wire> wires) {
    this.rank = rank;
    this.size = size;
    this.timeout = timeout;
    this.watchdog = new Watchdog(rank);
    wires.forEach((peer, wire) -> peers.put(peer, new Peer(peer, wire, this)));
  }

  void start() {
    peers.values().forEach(Peer::start);
  }

  int rank() {
    return rank;
  }

  int size() {
    return size;
  }

  Failure failure() {
    return failure;
  }

  /** Whether nothing is expected of the connections any more. */
  boolean isOver() {
    return over;
  }

  /**
   * One exchange with some of the ranks.
   *
   * @param members their numbers, by place in the arrays; this rank is passed over
   */
  void exchange(int[] members, Exchange.Call call, ByteBuffer[] send, ByteBuffer[] receive) {
    failure.check();
    List<Peer> others = new ArrayList<>();
    int own = 0;
    for (int i = 0; i < members.length; i++) {
      if (members[i] == rank) {
        own = i;
      } else {
        Peer peer = peer(members[i]);
        peer.expect(call, receive[i].duplicate());
        others.add(peer);
      }
    }
    watchdog.begin(timeout, () -> fail(late(others, call), null));
    try {
      for (int step = 1; step < members.length; step++) { // not all to the same rank first
        int i = (own + step) % members.length;
        peer(members[i]).send(call, send[i].duplicate());
        failure.check();
      }
      await(others);
    } finally {
      watchdog.end();
    }
  }

  private Peer peer(int number) {
    Peer peer = peers.get(number);
    if (peer == null) {
      throw new IllegalStateException("rank " + rank + " has no connection to rank " + number);
    }
    return peer;
  }

  private void await(List<Peer> others) {
    synchronized (failure) {
      while (others.stream().anyMatch(Peer::isLate)) {
        failure.check();
        try {
          failure.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          fail("rank %d was interrupted".formatted(rank), e);
        }
      }
    }
    failure.check();
  }

  private String late(List<Peer> others, Exchange.Call call) {
    List<Integer> late = others.stream().filter(Peer::isLate).map(Peer::rank).toList();
    String who = late.isEmpty()
        ? "a rank did not read what rank %d sent".formatted(rank)
        : (late.size() == 1 ? "rank " : "ranks ")
            + late.stream().map(String::valueOf).collect(Collectors.joining(", "))
            + " did not come";
    return "%s to %s of rank %d within %s".formatted(who, call, rank, timeout);
  }

  /** Ends everything for all ranks, unless it has failed before; says why to those that still listen. */
  void fail(String message, @Nullable Throwable cause) {
    if (over && users.get() == 0 || !failure.set(message, cause)) {
      return;
    }
    over = true;
    // A rank that does not read would hold up the message, so nobody waits for it for long.
    Thread herald = new Thread(
        () -> peers.values().forEach(peer -> peer.sendLast(Frame.abort(message))),
        "moe4j rank " + rank + " aborts");
    herald.setDaemon(true);
    herald.start();
    Thread closer = new Thread(
        () -> {
          try {
            herald.join(ABORT_MILLIS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          peers.values().forEach(Peer::close);
        },
        "moe4j rank " + rank + " closes");
    closer.setDaemon(true);
    closer.start();
    watchdog.close();
  }

  /** One more group uses the connections. */
  void share() {
    users.incrementAndGet();
  }

  /** One group less uses them; the last one says goodbye. */
  void release() {
    if (users.decrementAndGet() == 0 && !over) {
      over = true;
      watchdog.close();
      synchronized (failure) {
        failure.notifyAll();
      }
      peers.values().forEach(peer -> peer.sendLast(Frame.bye()));
    }
  }

  /** The other side says nothing more. */
  void ended(Peer peer) {
    if (over) {
      peer.close();
    }
  }
}
