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
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class FramesTargetTest {
  /** Made once: the tool takes longer than a conversation. */
  @TempDir
  private static Path folder;

  private static Certificates certificates;

  @BeforeAll
  static void create() throws IOException {
    certificates = Certificates.create(folder);
  }

  private static FuzzReport run(FuzzTarget target, int conversations) {
    return Fuzzer.of(target).run(new FuzzOptions(Seeds.seed(), conversations, 600));
  }

  @Test
  void run_library_hasNoFault() {
    FuzzReport report = run(FramesTarget.over(SocketGroup::connect, certificates, 64, 60), 64);
    for (String outcome : new String[] {"completed", "strangers hung up on", "refused over TLS"}) {
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
        () ->
            run(FramesTarget.over(faulty, certificates, 32, fault == Fault.HANGS ? 1 : 60), 3_200));
    assertTrue(failure.getMessage().contains(fault.says), failure.getMessage());
  }

  private enum Fault {
    /** A number that was received is changed. */
    WRONG_NUMBER("must give ["),
    /** A barrier does not notice that the group failed: others would lack numbers too. */
    COMPLETED("must be refused because of rank"),
    /** A failure is reported as what it led to. */
    NULL_POINTER("NullPointerException"),
    /** A number that is sent is changed. */
    WRONG_SENT("the rank must send rank"),
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
      boolean isSentWrong = fault == Fault.WRONG_SENT && own.length > 0;
      long[] sent = own.clone();
      if (isSentWrong) {
        sent[0]++;
      }
      run(() -> all[0] = inner.allGather(sent));
      all[0][rank()] = own.clone();
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
      try {
        run(inner::barrier);
      } catch (GroupException e) {
        if (fault != Fault.COMPLETED) {
          throw e;
        }
      }
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

  /** Ranks that ask nobody for a certificate. */
  private static void admitAll(ServerSocket server) {
    while (true) {
      try (Socket socket = server.accept();
          SSLSocket admitting = (SSLSocket) certificates
              .ranks()
              .getSocketFactory()
              .createSocket(socket, null, socket.getPort(), true)) {
        admitting.setUseClientMode(false);
        admitting.getOutputStream().write(new byte[Greeting.HELLO]);
        admitting.shutdownOutput();
        admitting.getInputStream().readAllBytes();
      } catch (IOException e) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }

  @Test
  void bother_rankThatAdmitsAnybodyOverTls_isFound() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      new Thread(() -> admitAll(server)).start();
      Greeting right = new Greeting(1, 2, true, new byte[0]);
      AssertionError found = assertThrows(AssertionError.class, () -> {
        for (int i = 0; i < 50; i++) {
          SplittableRandom random = Seeds.random(i);
          TlsStranger stranger =
              new TlsStranger(certificates, new Stranger(right, 0, random), random);
          try (Line line = new Line(new Socket(server.getInetAddress(), server.getLocalPort()))) {
            stranger.bother(line);
          }
        }
      });
      assertEquals(
          "a stranger got %d bytes of the group".formatted(Greeting.HELLO), found.getMessage());
    }
  }
}
