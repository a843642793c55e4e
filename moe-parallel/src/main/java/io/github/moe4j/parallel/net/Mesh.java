package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Exchange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The connections of a rank to all others, which live and fail together. */
final class Mesh {
  /** How long a rank that ends waits for others to take its last words. */
  static final long ABORT_MILLIS = 500;

  /** Ranks announce larger messages first, so that it is known who has come while they are under way. */
  private static final int ANNOUNCED = 1 << 15;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final int rank;
  private final Duration timeout;
  private final Failure failure = new Failure();
  private final Map<Integer, Peer> peers = new TreeMap<>();
  private final Watchdog watchdog;
  private volatile boolean over;
  private volatile @Nullable Peer writingTo;

  /** The operation that may be late; guarded by the monitor of the failure. */
  private @Nullable Object operation;

  private @Nullable Thread closer;

  Mesh(int rank, Duration timeout, Map<Integer, Wire> wires) {
    this.rank = rank;
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
   * @param path of their group
   * @param members their numbers, by place in the arrays; this rank is passed over
   */
  void exchange(
      String path, int[] members, Exchange.Call call, ByteBuffer[] send, ByteBuffer[] receive) {
    failure.check();
    List<Peer> others = new ArrayList<>();
    int own = 0;
    for (int i = 0; i < members.length; i++) {
      if (members[i] == rank) {
        own = i;
      } else {
        others.add(peer(members[i]));
      }
    }
    Object token = begin(others, call);
    try {
      for (int i = 0; i < members.length; i++) {
        if (i != own) {
          peer(members[i]).expect(path, call, receive[i].duplicate());
        }
      }
      send(members, own, call, send);
      await(others);
    } finally {
      end(token);
      if (failure.isSet()) {
        others.forEach(Peer::withdraw);
      }
    }
  }

  private void send(int[] members, int own, Exchange.Call call, ByteBuffer[] send) {
    for (int i = 0; i < members.length; i++) {
      if (i != own && send[i].remaining() >= ANNOUNCED) {
        write(peer(members[i]), Frame.here(call, send[i].remaining()), NOTHING);
      }
    }
    for (int step = 1; step < members.length; step++) { // not all to the same rank first
      int i = (own + step) % members.length;
      write(peer(members[i]), Frame.data(call, send[i].remaining()), send[i].duplicate());
    }
  }

  private void write(Peer peer, Frame frame, ByteBuffer bytes) {
    writingTo = peer;
    peer.send(frame, bytes.duplicate());
    writingTo = null;
    failure.check();
  }

  private Object begin(List<Peer> others, Exchange.Call call) {
    Object token = new Object();
    synchronized (failure) {
      operation = token;
    }
    watchdog.begin(timeout, () -> {
      synchronized (failure) {
        if (operation == token) { // it may have ended meanwhile
          fail(late(others, call), null);
        }
      }
    });
    return token;
  }

  private void end(Object token) {
    watchdog.end();
    synchronized (failure) {
      if (operation == token) {
        operation = null;
      }
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

  /** Who holds the operation up: those that have not come, or one that does not read, or those that are slow. */
  private String late(List<Peer> others, Exchange.Call call) {
    List<Peer> missing = others.stream().filter(Peer::isMissing).toList();
    Peer blocked = writingTo;
    if (blocked != null && (missing.isEmpty() || missing.contains(blocked))) {
      return "rank %d did not come to %s of rank %d within %s"
          .formatted(blocked.rank(), call, rank, timeout);
    }
    List<Peer> late = missing.isEmpty() ? others.stream().filter(Peer::isLate).toList() : missing;
    return "%s %s did not come to %s of rank %d within %s"
        .formatted(
            late.size() == 1 ? "rank" : "ranks",
            late.stream()
                .map(peer -> String.valueOf(peer.rank()))
                .collect(Collectors.joining(", ")),
            call,
            rank,
            timeout);
  }

  /** Ends everything for all ranks, unless it has ended before; says why to those that still listen. */
  void fail(String message, @Nullable Throwable cause) {
    synchronized (failure) {
      if (over || !failure.set(message, cause)) {
        return;
      }
      over = true;
      Thread thread = new Thread(
          () -> {
            tellAll(peer -> peer.tell(Frame.abort(message), true));
            pause(); // what is not read when a connection closes may be lost
            peers.values().forEach(Peer::close);
          },
          "moe4j rank " + rank + " closes");
      thread.setDaemon(true);
      thread.start();
      closer = thread;
    }
    watchdog.close();
  }

  private static void pause() {
    try {
      Thread.sleep(ABORT_MILLIS / 2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells something to all peers at the same time, and waits for them no longer than a moment. */
  private void tellAll(Consumer<Peer> message) {
    List<Thread> threads = new ArrayList<>();
    for (Peer peer : peers.values()) {
      Thread thread = new Thread(
          () -> message.accept(peer), "moe4j rank " + rank + " ends at rank " + peer.rank());
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    threads.forEach(Mesh::join);
  }

  private static void join(Thread thread) {
    try {
      thread.join(2 * ABORT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Leaves the group of some ranks, which others may still wait in. */
  void leave(String path) {
    if (!over) {
      tellAll(peer -> peer.tell(Frame.leave(path), false));
    }
  }

  /** Leaves all groups. After a failure it waits until the others have been told. */
  void close() {
    Thread telling;
    boolean bye;
    synchronized (failure) {
      bye = !over;
      over = true;
      telling = closer;
      failure.notifyAll();
    }
    watchdog.close();
    if (bye) {
      tellAll(Peer::leave);
    } else if (telling != null) {
      join(telling);
    }
  }
}
