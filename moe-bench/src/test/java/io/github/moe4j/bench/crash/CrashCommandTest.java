package io.github.moe4j.bench.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CrashCommandTest {
  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(List<Victim> victims, String... arguments) {
    return new CommandLine(new CrashCommand(victims, Watch::quiet))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  /** A command that writes a page, whose result a test may change from run to run. */
  private static final class Changing implements Victim {
    private final Victim page = new PageVictim();
    private int results;

    @Override
    public String name() {
      return "changing";
    }

    @Override
    public void prepare(Path folder) throws IOException {
      page.prepare(folder);
    }

    @Override
    public List<String> command(Path folder) {
      return page.command(folder);
    }

    @Override
    public void requireSound(Path folder) throws IOException {
      page.requireSound(folder);
    }

    @Override
    public String result(Path folder) throws IOException {
      return page.result(folder) + results++;
    }
  }

  @Test
  void call_oneKill_whatDiffersAfterwardsIsAFault() {
    assertEquals(
        1, execute(List.of(new Changing()), "--kills", "1", "--limits", "0", "--folders", "0"));
    assertTrue(out.toString().contains("| changing, SIGKILL | 1 | "), out::toString);
    assertTrue(err.toString().contains("changing, SIGKILL: run 0 differs: # Page"), err::toString);
  }

  @Test
  void run_filesWithoutRoom_pageIsLeftAsItWas() throws IOException {
    CrashRow row =
        new FullDisk(2).run(new PageVictim(), folder, new SplittableRandom(1), Watch.none());

    assertEquals(List.of(), row.faults());
    assertTrue(row.times() >= 1, "what may write nothing must fail");
  }

  @Test
  void run_readOnlyFolder_isOneLineAndNothingChanges() throws IOException {
    CrashRow row =
        new ReadOnlyFolder(1).run(new PageVictim(), folder, new SplittableRandom(1), Watch.none());

    assertEquals(List.of(), row.faults());
    boolean possible = Permissions.in(Files.createDirectory(folder.resolve("again")))
        .obstacle()
        .isEmpty();
    assertEquals(possible, row.times() > 0, row::name);
  }

  @Test
  void run_checkKilled_survivorsEndAndItPassesAfterwards() throws IOException {
    CrashRow row =
        new Kills(2).run(new CheckVictim(), folder, new SplittableRandom(1), Watch.none());

    assertEquals(List.of(), row.faults());
    assertEquals(2, row.times());
  }

  @Test
  void run_folderThatVanishes_isOneLine() throws IOException {
    CrashRow row =
        new VanishingFolder(1).run(new PageVictim(), folder, new SplittableRandom(1), Watch.none());

    assertEquals(List.of(), row.faults());
    assertTrue(Files.exists(folder));
  }

  @Test
  void call_wrongOptions_areOneLineAndExitCode2() {
    for (String wrong : List.of("--kills=-1", "--limits=-1", "--folders=-1")) {
      err.getBuffer().setLength(0);
      assertEquals(2, execute(List.of(), wrong));
      assertEquals(1, err.toString().lines().count(), err::toString);
    }
  }
}
