package io.github.moe4j.parallel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class RankProcessesTest {
  private static final int LINES = 2_000;

  private final List<List<String>> printed = List.of(new ArrayList<>(), new ArrayList<>());

  /** Prints more than a pipe holds, then fails if its argument is its rank, or is killed if that is its negative. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      try (Group group = SocketGroup.fromEnvironment()) {
        IntStream.range(0, LINES).forEach(i -> System.out.println("x".repeat(100)));
        group.barrier();
        if (args[0].equals(String.valueOf(group.rank()))) {
          System.out.println("cannot go on");
          Runtime.getRuntime().halt(3);
        }
        if (args[0].equals(String.valueOf(-group.rank())) && group.rank() > 0) {
          System.out.println("at work");
          ProcessHandle self = ProcessHandle.current();
          new ProcessBuilder("kill", "-KILL", String.valueOf(self.pid())).start();
          Thread.sleep(60_000);
        }
        group.barrier();
        System.out.println("rank %d of %d".formatted(group.rank(), group.size()));
      }
    }
  }

  private void run(String failing) throws IOException {
    new RankProcesses(2, Duration.ofSeconds(30))
        .run(Program.class, List.of(failing), (rank, line) -> printed.get(rank).add(line));
  }

  @Test
  void run_ranks_connectedAndAllLinesRead() throws IOException {
    run("none");

    for (int r = 0; r < 2; r++) {
      List<String> lines = printed.get(r);
      assertEquals(LINES, lines.stream().filter(line -> line.startsWith("xxx")).count());
      assertEquals("rank %d of 2".formatted(r), lines.get(lines.size() - 1));
    }
  }

  @Test
  void run_rankFails_namedFirst() {
    var error = assertThrows(IOException.class, () -> run("1"));

    String message = error.getMessage();
    assertTrue(
        message.startsWith("rank 1 ended with exit code 3: cannot go on; rank 0 ended with exit"),
        message);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no signals
  void run_rankKilled_namedWithoutWhatItSaidBefore() {
    String message = assertThrows(IOException.class, () -> run("-1")).getMessage();

    assertTrue(message.startsWith("rank 1 ended with exit code 137; rank 0 ended with"), message);
  }

  @Test
  void of_noRanks_refused() {
    assertThrows(IllegalArgumentException.class, () -> new RankProcesses(0, Duration.ofSeconds(1)));
  }
}
