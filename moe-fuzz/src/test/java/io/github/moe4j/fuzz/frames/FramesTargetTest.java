package io.github.moe4j.fuzz.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.group.RankRows;
import io.github.moe4j.fuzz.FuzzFailure;
import io.github.moe4j.fuzz.FuzzOptions;
import io.github.moe4j.fuzz.FuzzReport;
import io.github.moe4j.fuzz.FuzzTarget;
import io.github.moe4j.fuzz.Fuzzer;
import io.github.moe4j.parallel.net.SocketGroup;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class FramesTargetTest {
  private static FuzzReport run(FuzzTarget target, int conversations) {
    return Fuzzer.of(target).run(new FuzzOptions(Seeds.seed(), conversations, 600));
  }

  @Test
  void run_library_hasNoFault() {
    FuzzReport report = run(FramesTarget.over(SocketGroup::connect, 64, 60), 64);
    for (String outcome : new String[] {"completed", "strangers hung up on"}) {
      assertTrue(report.tally().outcomes().getOrDefault(outcome, 0L) > 0, report.row());
    }
    assertEquals(64, report.tally().units());
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void run_plantedFault_isFound(Fault fault) {
    Connect faulty = (meeting, options) -> new Faulty(SocketGroup.connect(meeting, options), fault);
    FuzzFailure failure = assertThrows(
        FuzzFailure.class,
        () -> run(FramesTarget.over(faulty, 32, fault == Fault.HANGS ? 1 : 60), 3_200));
    assertTrue(failure.getMessage().contains(fault.says), failure.getMessage());
  }

  private enum Fault {
    /** A number that was received is changed. */
    WRONG_NUMBER("must give ["),
    /** A failure of the group is not noticed. */
    COMPLETED("must be refused because of rank"),
    /** A failure is reported as what it led to. */
    NULL_POINTER("NullPointerException"),
    /** A failure is noticed by nobody. */
    HANGS("must end within its time-out");

    private final String says;

    Fault(String says) {
      this.says = says;
    }
  }

  /** A group with one fault. */
  private record Faulty(Group inner, Fault fault) implements Group {
    @Override
    public int rank() {
      return inner.rank();
    }

    @Override
    public int size() {
      return inner.size();
    }

    private void run(Runnable operation) {
      try {
        operation.run();
      } catch (GroupException e) {
        switch (fault) {
          case COMPLETED -> {}
          case NULL_POINTER -> throw new NullPointerException("planted");
          case HANGS -> hang();
          default -> throw e;
        }
      }
    }

    private static void hang() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void allToAll(RankRows send, RankRows receive) {
      run(() -> inner.allToAll(send, receive));
    }

    @Override
    public long[][] allGather(long... own) {
      long[][][] all = {new long[size()][own.length]};
      run(() -> all[0] = inner.allGather(own));
      if (fault == Fault.WRONG_NUMBER && own.length > 0) {
        all[0][size() - 1][0]++;
      }
      return all[0];
    }

    @Override
    public void allReduce(INDArray sum) {
      run(() -> inner.allReduce(sum));
    }

    @Override
    public void barrier() {
      run(inner::barrier);
    }

    @Override
    public void abort(Throwable cause) {
      inner.abort(cause);
    }

    @Override
    public Group split(int colour) {
      return new Faulty(inner.split(colour), fault);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  @Test
  void bother_rankThatAdmitsAnybody_isFound() throws IOException {
    byte[] frame = Message.of(Message.BYE, "").bytes();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Line line = new Line(new Socket(server.getInetAddress(), server.getLocalPort()));
        Socket admitting = server.accept()) {
      admitting.getOutputStream().write(new byte[Greeting.HELLO + Greeting.PROOF]);
      admitting.getOutputStream().write(frame);
      admitting.shutdownOutput();
      Greeting right = new Greeting(1, 2, true, new byte[16]);
      Stranger stranger = new Stranger(right, 0, Seeds.random(1));

      AssertionError found = assertThrows(AssertionError.class, () -> stranger.bother(line));

      assertEquals(
          "a stranger got %d bytes of the group"
              .formatted(Greeting.HELLO + Greeting.PROOF + frame.length),
          found.getMessage());
    }
  }
}
