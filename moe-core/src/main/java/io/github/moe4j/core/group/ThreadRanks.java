package io.github.moe4j.core.group;

import io.github.moe4j.core.internal.Require;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs ranks in threads of their own, which are no workers of a pool: a rank waits for others. */
final class ThreadRanks {
  private static final int POLL_MILLIS = 20;

  private final int ranks;
  private final Duration timeout;
  private final ThreadRoom room;

  ThreadRanks(int ranks, Duration timeout) {
    this.ranks = Require.positive("ranks", ranks);
    this.timeout = timeout;
    this.room = new ThreadRoom(ranks, timeout);
  }

  <T> List<T> run(Function<Group, T> body) {
    AtomicReferenceArray<@Nullable T> results = new AtomicReferenceArray<>(ranks);
    List<Thread> threads = new ArrayList<>();
    for (int r = 0; r < ranks; r++) {
      int rank = r;
      Thread thread = new Thread(() -> runRank(rank, body, results), "moe4j rank " + rank);
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    threads.forEach(this::await);
    GroupException failure = room.failure();
    if (failure != null) {
      throw new GroupException(failure.getMessage(), failure.getCause());
    }
    List<T> all = new ArrayList<>();
    for (int r = 0; r < ranks; r++) {
      all.add(results.get(r));
    }
    return all;
  }

  private <T> void runRank(
      int rank, Function<Group, T> body, AtomicReferenceArray<@Nullable T> results) {
    try (Group group = Group.over(new ThreadExchange(room, rank))) {
      try {
        results.set(rank, body.apply(group));
      } catch (Throwable e) { // whatever it is, the other ranks wait for this one
        group.abort(e);
      }
    }
  }

  /**
   * Waits for a rank to end. Once the group has failed it is interrupted, and left behind if it does not end within the
   * time-out: the caller must not hang with it.
   */
  private void await(Thread thread) {
    boolean interrupted = false;
    long given = timeout.toMillis() / POLL_MILLIS + 1;
    while (thread.isAlive() && given > 0) {
      if (room.failure() != null) {
        thread.interrupt();
        given--;
      }
      try {
        thread.join(POLL_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
        room.abort("the thread that started the ranks was interrupted", e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
