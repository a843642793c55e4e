package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.parallel.checkpoint.RankCheckpoints;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code lab --ranks} from the command line, in threads and in processes. */
class LabRanksCommandTest {
  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path text;

  @BeforeEach
  void writeText() throws IOException {
    text = folder.resolve("words.txt");
    Files.writeString(
        text,
        IntStream.range(0, 60)
            .mapToObj(i -> "line number " + i + "\n")
            .collect(Collectors.joining()));
  }

  private int execute(String options) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return new CommandLine(new LabCommand())
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(out, true))
        .execute(options.trim().split(" +"));
  }

  private String run(String name, String more) {
    return "--routers top-k --experts 4 --steps 30 --width 8 --hidden 8 --batch 3 --sequence 8 --text %s --out %s %s"
        .formatted(text, folder.resolve(name), more);
  }

  private String numbers(String name) {
    LabResult result = LabReport.read(folder.resolve(name));
    assertTrue(result.complete());
    ModelResult model = result.models().get(0);
    return model.curve() + " " + model.validationLoss();
  }

  @Test
  void call_processRankKilled_namedAndResumedToTheBitsOfAnUnbrokenRun() throws Exception {
    assertEquals(0, execute(run("unbroken", "--ranks 2")), err::toString);
    assertTrue(out.toString().contains("top-k, rank 1 "), out::toString);
    String csv = Files.readString(folder.resolve("unbroken").resolve(LabReport.CSV));
    assertTrue(csv.lines().findFirst().orElse("").contains("bytes sent per step"), csv);

    Path place = folder.resolve("killed").resolve("top-k-seed-1.ranks");
    List<ProcessHandle> others = ProcessHandle.current().children().toList();
    CompletableFuture<Boolean> killed =
        CompletableFuture.supplyAsync(() -> killOnceSaved(place, others));
    String options = run("killed", "--ranks 2 --engine processes --timeout 20 --save-every 0");
    int code = execute(options);
    assertTrue(killed.get(), "a rank must have been there to kill");
    assertEquals(CommandLine.ExitCode.SOFTWARE, code, err::toString);
    assertTrue(
        err.toString().matches("(?s).*lab: rank 1 ended with exit code 137.*"), err::toString);
    assertTrue(err.toString().contains("resume: lab --resume "), err::toString);
    assertTrue(RankCheckpoints.isIn(place));
    assertFalse(LabReport.read(folder.resolve("killed")).complete());

    assertEquals(0, execute("--resume " + folder.resolve("killed")), err::toString);
    assertEquals(numbers("unbroken"), numbers("killed"));
    assertFalse(Files.exists(place));
  }

  /** Kills the rank that was started last, rank 1, as soon as there is something to resume from. */
  private static boolean killOnceSaved(Path place, List<ProcessHandle> others) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < end) {
      if (RankCheckpoints.isIn(place)) {
        Optional<ProcessHandle> last = ProcessHandle.current()
            .children()
            .filter(child -> !others.contains(child))
            .max(Comparator.comparing(ProcessHandle::pid));
        return last.isPresent() && last.get().destroyForcibly();
      }
      LockSupport.parkNanos(1_000_000); // a spinning thread would take a processor from the ranks
    }
    return false;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--engine processes | --engine and --timeout need --ranks",
        "--ranks 0 | ranks must be at least 1 but was 0",
        "--ranks 2 --timeout 0 | timeout must be at least 1 but was 0",
        "--ranks 2 --engine mpi | engine must be one of [threads, processes] but was mpi",
        "--ranks 2 --experts 4,moe++ | top-k/moe++: experts of moe++ must be of one kind",
        "--ranks 2 --save-every -1 | save-every must be at least 0 but was -1",
      })
  void call_whatCannotBeOverRanks_isOneLineAndExitCode2(String options, String message) {
    String usual = options.contains("--routers") ? "" : "--routers top-k ";
    String sizes = options.contains("--experts") ? "" : " --experts 4";
    int code = execute(usual + options + sizes + " --width 8 --hidden 8 --text " + text
        + " --sequence 8 --out " + folder.resolve("out"));
    assertEquals(CommandLine.ExitCode.USAGE, code, err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains(message), err::toString);
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void call_resumeOverRanksOfARunInOneProcess_isRefused() {
    assertEquals(0, execute(run("plain", "--steps 2").replace("--steps 30 ", "")), err::toString);
    assertEquals(2, execute("--ranks 2 --resume " + folder.resolve("plain")));
    assertTrue(
        err.toString().contains("ranks must be not set as in the run to resume but was 2"),
        err::toString);
  }
}
