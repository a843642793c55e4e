package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadRanksTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Shorter than the time after which the ranks are looked after. */
  private static final Duration SHORT = Duration.ofMillis(1);

  @Test
  void threads_ranks_eachRunsOnceAndResultsAreByRank() {
    AtomicInteger runs = new AtomicInteger();

    List<String> results = Group.threads(3, TIMEOUT, group -> {
      runs.incrementAndGet();
      return group.toString();
    });

    assertEquals(List.of("rank 0 of 3", "rank 1 of 3", "rank 2 of 3"), results);
    assertEquals(3, runs.get());
  }

  @Test
  void threads_timeoutNotAboveZero_refused() {
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> Group.threads(2, wrong, Group::rank));
      assertEquals("timeout must be above 0 but was " + wrong, refusal.getMessage());
    }
  }

  @Test
  void threads_callerIsNoDaemon_ranksAre() throws Exception {
    FutureTask<List<Boolean>> daemons = new FutureTask<>(
        () -> Group.threads(2, TIMEOUT, group -> Thread.currentThread().isDaemon()));
    Thread caller = new Thread(daemons);
    caller.setDaemon(false);
    caller.start();

    assertEquals(List.of(true, true), daemons.get());
  }

  @Test
  void threads_rankComputesLongerThanTimeout_waitedFor() {
    Thread caller = Thread.currentThread();
    AtomicBoolean returned = new AtomicBoolean();
    List<Integer> results;
    try {
      results = Group.threads(1, SHORT, group -> {
        while (caller.getState() != Thread.State.TIMED_WAITING && !returned.get()) {
          Thread.onSpinWait();
        }
        return 5;
      });
    } finally {
      returned.set(true);
    }

    assertEquals(List.of(5), results);
  }

  @Test
  void threads_rankIsDeafToInterruptsAfterFailure_interruptedOnceAndLeftBehind() throws Exception {
    CountDownLatch deaf = new CountDownLatch(1);
    AtomicBoolean returned = new AtomicBoolean();
    AtomicInteger interrupts = new AtomicInteger();
    Thread[] ranks = new Thread[2];

    GroupException failure;
    boolean leftBehind;
    try {
      failure = assertThrows(
          GroupException.class,
          () -> Group.threads(2, SHORT, group -> {
            ranks[group.rank()] = Thread.currentThread();
            if (group.rank() == 0) {
              throw await(deaf);
            }
            deaf.countDown();
            boolean last;
            do {
              last = returned.get() || interrupts.get() > 1; // ends in any case
              if (Thread.interrupted()) {
                interrupts.incrementAndGet();
              }
            } while (!last);
            return null;
          }));
      leftBehind = ranks[1].isAlive();
    } finally {
      returned.set(true);
    }
    ranks[1].join();

    assertEquals(
        "rank 0 failed: java.lang.IllegalStateException: out of luck", failure.getMessage());
    assertTrue(leftBehind);
    assertEquals(1, interrupts.get());
  }

  private static IllegalStateException await(CountDownLatch latch) {
    try {
      latch.await();
      return new IllegalStateException("out of luck");
    } catch (InterruptedException e) {
      return new IllegalStateException(e);
    }
  }
}
