package io.github.moe4j.parallel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.testkit.GroupContract;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class SocketGroupTest extends GroupContract {
  private static final byte[] SECRET = "a secret of some length".getBytes(StandardCharsets.UTF_8);
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(60);

  @Override
  protected void run(int ranks, Duration timeout, Consumer<Group> body) {
    SocketRanks.run(ranks, options().withTimeout(timeout), body);
  }

  private static SocketOptions options() {
    return SocketOptions.secret(SECRET);
  }

  @Test
  void connect_wrongSecret_neitherSideJoins(@TempDir Path folder) {
    List<Object> ends = ranks(
        folder,
        r -> r == 0
            ? options()
            : SocketOptions.secret("some other secret".getBytes(StandardCharsets.UTF_8)));

    assertTrue(
        ends.get(0).toString().contains("ranks 1 did not connect to rank 0 within PT2S"),
        ends.toString());
    assertTrue(
        ends.get(1).toString().contains("rank 1 cannot connect to rank 0 at "), ends.toString());
  }

  @Test
  void connect_strangersThatSayAnything_groupIsUnharmed(@TempDir Path folder) {
    SplittableRandom random = Seeds.random(1);
    Rendezvous first = new FolderRendezvous(folder, 0, 2, LONG);
    Thread strangers = new Thread(() -> {
      try {
        String address = awaitFile(folder.resolve("rank-0"));
        for (int n = 0; n < 50; n++) {
          bother(address, random.split());
        }
        Files.writeString(folder.resolve("bothered"), "");
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    strangers.start();
    Object[] other = new Object[1];
    Thread second = new Thread(() -> {
      try {
        awaitFile(folder.resolve("bothered"));
        other[0] = end(new FolderRendezvous(folder, 1, 2, LONG), options());
      } catch (IOException e) {
        other[0] = e;
      }
    });
    second.start();

    assertEquals(3.0, end(first, options().withTimeout(LONG)));
    join(second);
    assertEquals(3.0, other[0]);
  }

  /** Connects and sends bytes at random, or the begin of a true hello, and may leave at once. */
  private static void bother(String address, SplittableRandom random) throws IOException {
    String[] parts = address.split(" ");
    try (Socket socket = new Socket(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1]))) {
      byte[] said = new byte[random.nextInt(200)];
      random.nextBytes(said);
      if (random.nextBoolean() && said.length > 12) {
        byte[] hello = {0x4d, 0x6f, 0x45, 0x48, 0, 0, 0, 1, 0, 0, 0, 2};
        System.arraycopy(hello, 0, said, 0, hello.length);
      }
      OutputStream out = socket.getOutputStream();
      out.write(said);
      out.flush();
    } catch (IOException e) {
      // hung up on: that is what should happen
    }
  }

  @Test
  void collective_peerSendsNoFrames_errorOnTheOther(@TempDir Path folder) throws IOException {
    SplittableRandom random = Seeds.random(2);
    for (int n = 0; n < 20; n++) {
      Path own = folder.resolve("run" + n);
      byte[] garbage = new byte[1 + random.nextInt(300)];
      random.nextBytes(garbage);
      Thread wrong = new Thread(() -> pretend(own, garbage));
      wrong.start();
      Rendezvous rendezvous = new FolderRendezvous(own, 0, 2, LONG);
      try (Group group =
          SocketGroup.connect(rendezvous, options().withTimeout(Duration.ofSeconds(4)))) {
        Exception error = assertThrows(Exception.class, group::barrier);
        assertTrue(error.getMessage().startsWith("rank 1 "), error.getMessage());
      }
      join(wrong);
    }
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "rank 2 was lost|rank 2 was lost",
        "|rank 1 ended the group: ",
        "a \u001b[31m red|rank 1 ended the group: a \\u001b[31m red"
      },
      delimiter = '|')
  void collective_peerEndsGroup_reasonNamesARankInPrintableCharacters(
      @Nullable String said, String expected, @TempDir Path folder) throws IOException {
    byte[] abort = Frame.abort(said == null ? "" : said).encoded().array();
    Thread other = new Thread(() -> pretend(folder, abort));
    other.start();
    Rendezvous rendezvous = new FolderRendezvous(folder, 0, 2, LONG);
    try (Group group = SocketGroup.connect(rendezvous, options().withTimeout(LONG))) {
      Exception error = assertThrows(GroupException.class, group::barrier);
      assertEquals(expected.strip(), error.getMessage().strip());
    }
    join(other);
  }

  /** A rank that knows the secret, then sends something else than frames and leaves. */
  private static void pretend(Path folder, byte[] garbage) {
    try {
      String[] parts = awaitFile(folder.resolve("rank-0")).split(" ");
      Files.writeString(folder.resolve("rank-1"), "nowhere 1");
      try (Socket socket = new Socket(parts[0], Integer.parseInt(parts[1]))) {
        new Handshake(1, 2, SECRET).perform(new StreamWire(socket), true);
        socket.getOutputStream().write(garbage);
        socket.getOutputStream().flush();
        socket.shutdownOutput();
        InputStream in = socket.getInputStream();
        while (in.read() >= 0) {
          // whatever the other side says
        }
      }
    } catch (IOException e) {
      // hung up on
    }
  }

  @Test
  void connect_rankMissing_errorNamesIt(@TempDir Path folder) {
    Object end = end(new FolderRendezvous(folder, 0, 3, Duration.ofMillis(200)), options());

    assertTrue(end.toString().contains("ranks [1, 2] of 3 did not come to "), end.toString());
  }

  @Test
  void connect_folderOfAnotherRun_refused(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("rank-0"), "127.0.0.1 1");

    Object end = end(new FolderRendezvous(folder, 0, 2, SHORT), options());

    assertTrue(end.toString().contains("must be empty before the run"), end.toString());
  }

  @Test
  void options_shortSecret_refused() {
    assertThrows(IllegalArgumentException.class, () -> SocketOptions.secret(new byte[15]));
    assertTrue(!options().toString().contains("a secret"), options().toString());
  }

  private interface OptionsOfRank {
    SocketOptions of(int rank);
  }

  private static List<Object> ranks(Path folder, OptionsOfRank options) {
    Object[] ends = new Object[2];
    List<Thread> threads = new ArrayList<>();
    for (int r = 0; r < 2; r++) {
      int rank = r;
      Thread thread = new Thread(() -> ends[rank] =
          end(new FolderRendezvous(folder, rank, 2, LONG), options.of(rank).withTimeout(SHORT)));
      threads.add(thread);
      thread.start();
    }
    threads.forEach(SocketGroupTest::join);
    return List.of(ends);
  }

  /** 1 + 2 from both ranks, or why not. */
  private static Object end(Rendezvous rendezvous, SocketOptions options) {
    try (Group group = SocketGroup.connect(rendezvous, options)) {
      var sum = Nd4j.createFromArray(1.0 + group.rank());
      group.allReduce(sum);
      return sum.getDouble(0);
    } catch (IOException | RuntimeException e) {
      return e;
    }
  }

  private static String awaitFile(Path file) throws IOException {
    while (!Files.exists(file)) {
      Thread.onSpinWait();
    }
    return Files.readString(file);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
