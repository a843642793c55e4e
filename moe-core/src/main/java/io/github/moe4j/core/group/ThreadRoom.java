package io.github.moe4j.core.group;

import io.github.moe4j.core.internal.Require;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Where the ranks of a group of threads meet: each shows what it sends, then copies what is for it. */
final class ThreadRoom {
  private final Failure failure;
  private final Duration timeout;
  private final int[] names;
  private final Exchange.@Nullable Call[] calls;
  private final ByteBuffer[][] sends;
  private final boolean[] arrived;
  private final boolean[] left;
  private final Map<String, ThreadRoom> divided = new HashMap<>();
  private long meeting;

  /** Ranks that read buffers of others just now. */
  private int copying;

  /** Ranks that have come to this room of some of the ranks. */
  private int joined;

  /** The first failure of a group and all groups split from it; its monitor guards all their rooms. */
  private static final class Failure {
    private @Nullable GroupException first;
  }

  /** A room for ranks 0 … N−1. */
  ThreadRoom(int ranks, Duration timeout) {
    this(IntStream.range(0, ranks).toArray(), timeout, new Failure());
  }

  private ThreadRoom(int[] names, Duration timeout, Failure failure) {
    Require.that(
        !timeout.isNegative() && !timeout.isZero(), "timeout must be above 0 but was %s", timeout);
    this.names = names;
    this.timeout = timeout;
    this.failure = failure;
    this.calls = new Exchange.@Nullable Call[names.length];
    this.sends = new ByteBuffer[names.length][];
    this.arrived = new boolean[names.length];
    this.left = new boolean[names.length];
  }

  int size() {
    return names.length;
  }

  /** One exchange of a rank. */
  void exchange(int rank, Exchange.Call call, ByteBuffer[] send, ByteBuffer[] receive) {
    synchronized (failure) {
      calls[rank] = call;
      sends[rank] = send;
      try {
        meet(rank, call);
        requireNoFailure(); // A rank that has failed since may use its buffers again.
        requireAgreement(rank, call, receive);
        copying++;
      } catch (GroupException e) {
        awaitCopies();
        throw e;
      }
    }
    try {
      for (int r = 0; r < receive.length; r++) {
        if (r != rank) {
          receive[r].duplicate().put(sends[r][rank].duplicate());
        }
      }
    } finally { // after an error too: the others wait for it
      synchronized (failure) {
        copying--;
        failure.notifyAll();
      }
    }
    synchronized (failure) {
      try {
        meet(rank, call); // Nobody reads this rank's buffers any more.
      } catch (GroupException e) {
        awaitCopies();
        throw e;
      }
    }
  }

  /** Others may still read the buffers of a rank whose operation has failed, and its caller may free them. */
  private void awaitCopies() {
    boolean interrupted = false;
    while (copying > 0) {
      try {
        failure.wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void requireAgreement(int rank, Exchange.Call call, ByteBuffer[] receive) {
    for (int r = 0; r < calls.length; r++) {
      if (!call.equals(calls[r])) {
        throw fail(
            "ranks disagree: rank %d called %s and rank %d %s"
                .formatted(names[rank], call, names[r], calls[r]),
            null);
      }
      int sent = sends[r][rank].remaining();
      if (r != rank && sent != receive[r].remaining()) {
        throw fail(
            "ranks disagree: rank %d sends %d bytes to rank %d, which expects %d, in %s"
                .formatted(names[r], sent, names[rank], receive[r].remaining(), call),
            null);
      }
    }
  }

  /** Returns when all ranks have come. */
  private void meet(int rank, Exchange.Call call) {
    requireNoFailure();
    arrived[rank] = true;
    if (IntStream.range(0, arrived.length).allMatch(r -> arrived[r])) {
      Arrays.fill(arrived, false);
      meeting++;
      failure.notifyAll();
      return;
    }
    long before = meeting;
    long end = System.nanoTime() + timeout.toNanos();
    while (meeting == before) {
      requireNoFailure();
      requireNoneLeft(rank, call);
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw fail(
            "%s did not come to %s of rank %d within %s"
                .formatted(missing(), call, names[rank], timeout),
            null);
      }
      try {
        failure.wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw fail("rank %d was interrupted in %s".formatted(names[rank], call), e);
      }
    }
    // A failure after the meeting is of a later operation.
  }

  private String missing() {
    List<Integer> late = new ArrayList<>();
    for (int r = 0; r < arrived.length; r++) {
      if (!arrived[r]) {
        late.add(names[r]);
      }
    }
    return (late.size() == 1 ? "rank " : "ranks ")
        + late.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private void requireNoneLeft(int rank, Exchange.Call call) {
    for (int r = 0; r < left.length; r++) {
      if (left[r] && !arrived[r]) {
        throw fail(
            "rank %d closed the group before %s of rank %d".formatted(names[r], call, names[rank]),
            null);
      }
    }
  }

  private void requireNoFailure() {
    GroupException first = failure.first;
    if (first != null) {
      throw new GroupException(first.getMessage(), first.getCause());
    }
  }

  /** Records a failure, unless there was one before, and returns the first one. */
  private GroupException fail(String message, @Nullable Throwable cause) {
    GroupException first = failure.first;
    if (first == null) {
      first = new GroupException(message, cause);
      failure.first = first;
      failure.notifyAll();
    }
    return new GroupException(first.getMessage(), first.getCause());
  }

  /** Ends the group for all its ranks. */
  void abort(int rank, Throwable cause) {
    abort("rank %d failed: %s".formatted(names[rank], cause), cause);
  }

  /** The same from outside the group. */
  void abort(String message, Throwable cause) {
    synchronized (failure) {
      fail(message, cause);
    }
  }

  /** A rank leaves. */
  void leave(int rank) {
    synchronized (failure) {
      left[rank] = true;
      failure.notifyAll();
    }
  }

  /** The room of some of the ranks, the same for all of them. */
  ThreadRoom among(int[] members, Exchange.Call call) {
    synchronized (failure) {
      requireNoFailure();
      int[] theirs = Arrays.stream(members).map(r -> names[r]).toArray();
      String key = call.number() + Arrays.toString(members);
      ThreadRoom room = divided.computeIfAbsent(key, k -> new ThreadRoom(theirs, timeout, failure));
      room.joined++;
      if (room.joined == members.length) {
        divided.remove(key);
      }
      return room;
    }
  }

  /** What ended the group first, if anything did. */
  @Nullable
  GroupException failure() {
    synchronized (failure) {
      return failure.first;
    }
  }
}
