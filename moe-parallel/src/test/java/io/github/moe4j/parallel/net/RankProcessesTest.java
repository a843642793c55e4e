package io.github.moe4j.parallel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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

  /** Rank 1 ends before it meets the others. */
  static final class Early {
    private Early() {}

    public static void main(String[] args) throws IOException {
      if ("1".equals(System.getenv("MOE4J_RANK"))) {
        System.out.println("cannot start");
        Runtime.getRuntime().halt(3);
      }
      SocketGroup.fromEnvironment().close();
    }
  }

  /** Leaves a file of its number in a folder and stays. */
  static final class Staying {
    private Staying() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      try (Group group = SocketGroup.fromEnvironment()) {
        group.barrier();
        Files.createFile(Path.of(args[0], "rank-" + group.rank()));
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }

  /** Runs two ranks that stay. */
  static final class Launcher {
    private Launcher() {}

    public static void main(String[] args) throws IOException {
      new RankProcesses(2, Duration.ofSeconds(30))
          .run(Staying.class, List.of(args), (rank, line) -> {});
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
  void run_rankEndsBeforeItMeetsTheOthers_theyEndAtOnce() {
    var error = assertThrows(
        IOException.class,
        () -> new RankProcesses(2, Duration.ofSeconds(30))
            .run(Early.class, List.of(), (rank, line) -> {}));

    assertEquals("rank 1 ended with exit code 3: cannot start", error.getMessage());
  }

  @Test
  void run_launcherKilled_ranksEndAndNothingIsLeft(@TempDir Path folder) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Path ranks = Files.createDirectory(folder.resolve("ranks"));
    Process launcher = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + temporary,
            "-cp",
            System.getProperty("java.class.path"),
            Launcher.class.getName(),
            ranks.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    long end = System.nanoTime() + 60_000_000_000L;
    while (!Files.exists(ranks.resolve("rank-0")) || !Files.exists(ranks.resolve("rank-1"))) {
      assertTrue(launcher.isAlive() && System.nanoTime() < end, "the ranks must come");
      Thread.sleep(20);
    }
    List<ProcessHandle> processes = launcher.descendants().toList();
    assertEquals(2, processes.size());

    launcher.destroyForcibly();

    try {
      for (ProcessHandle process : processes) {
        process.onExit().get(30, TimeUnit.SECONDS);
      }
    } finally {
      processes.forEach(ProcessHandle::destroyForcibly);
    }
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void of_noRanks_refused() {
    assertThrows(IllegalArgumentException.class, () -> new RankProcesses(0, Duration.ofSeconds(1)));
  }
}
