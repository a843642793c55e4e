package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a monitor may be held
class ThreadRoomTest {
  private static final Exchange.Call CALL = new Exchange.Call(0, "some");
  private static final IllegalStateException CAUSE = new IllegalStateException("out of luck");

  /** Bytes that take some milliseconds to copy. */
  private static final int LARGE = 1 << 26;

  // Whoever waits until it is over does not end within the time of a test.
  private final ThreadRoom room = new ThreadRoom(2, Duration.ofHours(1));

  /** Something in a thread of its own, which is left behind if the test fails. */
  private static final class Run<T> extends FutureTask<T> {
    private final Thread thread = new Thread(this);

    private Run(Callable<T> body) {
      super(body);
      thread.setDaemon(true);
    }

    static <T> Run<T> start(Callable<T> body) {
      Run<T> run = new Run<>(body);
      run.thread.start();
      return run;
    }

    void awaitMeeting() {
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        assertTrue(thread.isAlive());
        spin();
      }
    }

    /** Whether it waits for copies of others, now or until it is done. */
    boolean waitsForCopies() {
      return thread.getState() == Thread.State.WAITING;
    }
  }

  /** Ends when the test's time is over. */
  private static void spin() {
    assertFalse(Thread.currentThread().isInterrupted());
    Thread.onSpinWait();
  }

  private static ByteBuffer[] buffers(int of0, int of1) {
    return new ByteBuffer[] {ByteBuffer.allocate(of0), ByteBuffer.allocate(of1)};
  }

  private @Nullable GroupException exchange(int rank, ByteBuffer[] send, ByteBuffer[] receive) {
    try {
      room.exchange(rank, CALL, send, receive);
      return null;
    } catch (GroupException e) {
      return e;
    }
  }

  private static void putEnds(ByteBuffer buffer, int value) {
    buffer.put(0, (byte) value);
    buffer.put(buffer.limit() - 1, (byte) value);
  }

  /** The first byte and the last; which of them is copied first is not defined. */
  private static List<Integer> ends(ByteBuffer buffer) {
    return List.of((int) buffer.get(0), (int) buffer.get(buffer.limit() - 1));
  }

  private static ByteBuffer[] largeFor1() {
    ByteBuffer[] send = buffers(0, LARGE);
    putEnds(send[1], 1);
    return send;
  }

  @Test
  void exchange_lastRankIsRefused_nobodyReadsItsBuffersAfterIt() throws Exception {
    ByteBuffer[] received = buffers(1, 1);
    Run<GroupException> waiting = Run.start(() -> exchange(1, buffers(1, 1), received));
    waiting.awaitMeeting();
    ByteBuffer[] send = buffers(1, 1);
    send[1].put(0, (byte) 1);
    assertNotNull(exchange(0, send, buffers(2, 2))); // its memory is its own again, to be freed
    assertNotNull(waiting.get());

    assertEquals(0, received[0].get(0));
  }

  @RepeatedTest(3)
  void exchange_refusedWhileOtherCopies_nobodyReadsItsBuffersAfterIt() throws Exception {
    Run<GroupException> refused = Run.start(() -> {
      ByteBuffer[] send = largeFor1();
      GroupException failure = exchange(0, send, buffers(0, 1));
      putEnds(send[1], 2);
      return failure;
    });
    refused.awaitMeeting();
    ByteBuffer[] received = buffers(LARGE, 0);
    assertNotNull(exchange(1, buffers(0, 0), received));

    assertEquals(
        "ranks disagree: rank 1 sends 0 bytes to rank 0, which expects 1, in some (operation 0)",
        refused.get().getMessage());
    assertEquals(List.of(1, 1), ends(received[0]));
  }

  @RepeatedTest(3)
  void exchange_interruptedWhileOtherCopies_staysInterrupted() throws Exception {
    AtomicBoolean refusedNow = new AtomicBoolean();
    AtomicBoolean interrupted = new AtomicBoolean();
    Run<Boolean> refused = Run.start(() -> {
      GroupException failure = exchange(0, largeFor1(), buffers(0, 1));
      refusedNow.set(true);
      while (!interrupted.get()) {
        Thread.onSpinWait(); // an interrupt is to stay
      }
      assertNotNull(failure);
      return Thread.currentThread().isInterrupted();
    });
    refused.awaitMeeting();
    Run<GroupException> other = Run.start(() -> exchange(1, buffers(0, 0), buffers(LARGE, 0)));
    while (!refused.waitsForCopies() && !refusedNow.get()) {
      spin();
    }
    refused.thread.interrupt();
    interrupted.set(true);

    assertTrue(refused.get());
    assertNotNull(other.get());
  }

  @RepeatedTest(3)
  void exchange_abortedWhileOtherCopies_nobodyReadsItsBuffersAfterIt() throws Exception {
    ByteBuffer[] received = buffers(LARGE, 0);
    Run<GroupException> copier = Run.start(() -> exchange(1, buffers(0, 0), received));
    copier.awaitMeeting();
    ByteBuffer[] send = largeFor1();
    Run<GroupException> sender = Run.start(() -> {
      GroupException failure = exchange(0, send, buffers(0, 0));
      putEnds(send[1], 2);
      return failure;
    });
    while (ends(received[0]).equals(List.of(0, 0))) {
      spin();
    }
    room.abort("out of luck", CAUSE);
    boolean whileCopying = ends(received[0]).contains(0);

    GroupException ofCopier = copier.get();
    GroupException ofSender = sender.get();
    assertEquals(List.of(1, 1), ends(received[0]));
    if (whileCopying) { // else the exchange may have been over
      assertNotNull(ofCopier);
      assertNotNull(ofSender);
    }
  }

  @Test
  void exchange_copyFails_othersDoNotWaitForIt() throws Exception {
    Run<GroupException> other = Run.start(() -> exchange(0, buffers(0, 1), buffers(0, 0)));
    other.awaitMeeting();
    ByteBuffer[] readOnly = {ByteBuffer.allocate(1).asReadOnlyBuffer(), ByteBuffer.allocate(0)};
    assertThrows(
        ReadOnlyBufferException.class, () -> room.exchange(1, CALL, buffers(0, 0), readOnly));
    room.abort(1, CAUSE);

    assertSame(CAUSE, other.get().getCause());
  }

  @Test
  void exchange_otherNumberOfBytes_errorNamesBothRanks() throws Exception {
    Run<GroupException> waiting = Run.start(() -> exchange(1, buffers(1, 1), buffers(1, 1)));
    waiting.awaitMeeting();

    GroupException failure = exchange(0, buffers(1, 1), buffers(1, 2));
    assertNotNull(failure);
    assertEquals(
        "ranks disagree: rank 1 sends 1 bytes to rank 0, which expects 2, in some (operation 0)",
        failure.getMessage());
    assertEquals(failure.getMessage(), waiting.get().getMessage());
  }

  @Test
  void exchange_abortedFromOutside_waitingRankEndsAtOnce() throws Exception {
    Run<GroupException> waiting = Run.start(() -> {
      GroupException failure = exchange(1, buffers(0, 0), buffers(0, 0));
      assertFalse(Thread.currentThread().isInterrupted());
      return failure;
    });
    waiting.awaitMeeting();
    room.abort(0, CAUSE);

    GroupException failure = waiting.get();
    assertEquals(
        "rank 0 failed: java.lang.IllegalStateException: out of luck", failure.getMessage());
    assertSame(CAUSE, failure.getCause());
  }

  @Test
  void exchange_interrupted_failureAndThreadStaysInterrupted() throws Exception {
    Run<GroupException> waiting = Run.start(() -> {
      GroupException failure = exchange(1, buffers(0, 0), buffers(0, 0));
      assertTrue(Thread.currentThread().isInterrupted());
      return failure;
    });
    waiting.awaitMeeting();
    waiting.thread.interrupt();

    GroupException failure = waiting.get();
    assertEquals("rank 1 was interrupted in some (operation 0)", failure.getMessage());
    assertInstanceOf(InterruptedException.class, failure.getCause());
  }

  @Test
  void exchange_lessThanOneMillisecondLeft_late() {
    ThreadRoom hasty = new ThreadRoom(3, Duration.ofNanos(1));

    GroupException failure = assertThrows(
        GroupException.class, () -> hasty.exchange(1, CALL, new ByteBuffer[3], new ByteBuffer[3]));
    assertEquals(
        "ranks 0, 2 did not come to some (operation 0) of rank 1 within PT0.000000001S",
        failure.getMessage());
  }

  @Test
  void exchange_manyInARow_nobodyMissesTheOther() throws Exception {
    Run<Integer> other = Run.start(() -> exchangeOften(1));

    assertEquals(2000, exchangeOften(0));
    assertEquals(2000, other.get());
  }

  private int exchangeOften(int rank) {
    int done = 0;
    while (done < 2000) {
      room.exchange(rank, new Exchange.Call(done, "next"), buffers(0, 0), buffers(0, 0));
      done++;
    }
    return done;
  }

  @Test
  void among_afterFailure_refused() {
    room.abort(0, CAUSE);

    GroupException failure =
        assertThrows(GroupException.class, () -> room.among(new int[] {0, 1}, CALL));
    assertSame(CAUSE, failure.getCause());
  }

  @Test
  void among_allMembersHaveCome_roomIsNotKept() {
    int[] members = {0, 1};
    ThreadRoom shared = room.among(members, CALL);

    assertSame(shared, room.among(members, CALL));
    assertNotSame(shared, room.among(members, CALL));
  }
}
