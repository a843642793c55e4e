package io.github.moe4j.lab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.cli.GeneratedPart;
import io.github.moe4j.cli.TestWatch;
import io.github.moe4j.lab.balance.InitialRouting;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.balance.Mechanisms;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BalanceCommandTest {
  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    return execute(TestWatch.patient(), arguments);
  }

  private int execute(TestWatch watches, String... arguments) {
    return new CommandLine(new BalanceCommand(watches))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static StudyRow row(
      String name, InitialRouting start, double cv, double most, double bits) {
    return new StudyRow(Mechanisms.named(name), start, 0.99, 1.7, cv, most, 1, bits);
  }

  @Test
  void call_list_namesAllMechanisms() {
    assertEquals(0, execute("--list"));
    for (Mechanism mechanism : Mechanisms.all()) {
      assertTrue(out.toString().contains(mechanism.name() + " "), mechanism.name());
    }
  }

  @Test
  void call_unknownMechanism_isOneLineAndExitCode2() {
    assertEquals(2, execute("--only", "nonsense"));
    assertTrue(err.toString().startsWith("balance: mechanism must be one of ["), err.toString());
    assertEquals(1, err.toString().lines().count());
  }

  @Test
  void call_noSteps_isExitCode2() {
    assertEquals(2, execute("--steps", "0"));
    assertTrue(err.toString().contains("steps must be at least 1 but was 0"), err.toString());
  }

  @Test
  void call_docsOfAPartialRunOrWithoutMarkers_isExitCode2BeforeTraining() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(page, "nothing\n");
    assertEquals(2, execute("--docs", page.toString(), "--only", "switch"));
    assertTrue(err.toString().contains("--docs needs a complete default run"), err.toString());
    assertEquals(2, execute("--docs", page.toString()));
    assertTrue(err.toString().contains("must have the lines"), err.toString());
    assertEquals(2, execute("--docs", folder.resolve("missing.md").toString()));
    assertEquals(2, execute("--times", folder.resolve("missing.json").toString()));
  }

  @Test
  void call_interruptedInTheSecondRun_tableOfTheFirstAndExitCode130() {
    TestWatch watches = TestWatch.stopAfter(3);
    assertEquals(130, execute(watches, "--only", "switch", "--steps", "2"), err.toString());
    assertTrue(watches.isClosed());
    assertEquals(6, watches.total());
    assertEquals(3, watches.done());
    assertTrue(out.toString().contains("| top-k | none, balanced start |"), out.toString());
    assertFalse(out.toString().contains("| top-k | none |"), out.toString());
    assertTrue(out.toString().endsWith("\n\ninterrupted after 1 of 3 runs\n"), out.toString());
    assertTrue(err.toString().startsWith("1 of 3: none-top-k, balanced start: "), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void call_interruptedAtOnce_noTable() {
    assertEquals(130, execute(TestWatch.stopAfter(0), "--only", "switch"));
    assertEquals("interrupted after 0 of 3 runs", out.toString().strip());
    assertEquals("", err.toString());
  }

  @Test
  void table_rows_costIsAgainstTheBalancedStart() {
    String table = BalanceTable.of(List.of(
        row("none-top-k", InitialRouting.BALANCED, 0.9, 2.5, 2.75),
        row("none-top-k", InitialRouting.COLLAPSED, 1.7, 4, 2.8),
        row("device", InitialRouting.COLLAPSED, 0.1, 1.3, 2.7)));
    List<String> lines = table.lines().toList();
    assertEquals(
        "| top-k | none, balanced start | 99 % | 1.70 | 0.90 | – | 2.50 | – | 1 | 2.7500 |"
            + " +0.0000 |",
        lines.get(2));
    assertTrue(lines.get(3).endsWith("| 2.8000 | +0.0500 |"), lines.get(3));
    assertTrue(lines.get(4).contains("(balance/deepseek-losses.md)"), lines.get(4));
    assertTrue(lines.get(4).contains("| 0.10 (devices) | 0.25 | 1.30 | – | 1 |"), lines.get(4));
    assertTrue(lines.get(4).endsWith("| 2.7000 | -0.0500 |"), lines.get(4));
  }

  @Test
  void keepsBound_ofBias_alsoAboutTheMostLoadedExpert() {
    assertTrue(row("v3-sign", InitialRouting.COLLAPSED, 0.1, 1.2, 2.7).keepsBound());
    assertEquals(false, row("v3-sign", InitialRouting.COLLAPSED, 0.1, 1.21, 2.7).keepsBound());
    assertEquals(false, row("v3-sign", InitialRouting.COLLAPSED, 0.26, 1.1, 2.7).keepsBound());
    assertTrue(row("switch", InitialRouting.COLLAPSED, 0.25, 3, 2.7).keepsBound());
  }

  @Test
  void replace_markers_onlyWhatIsBetweenThem() throws IOException {
    Path page = folder.resolve("page.md");
    String begin = "a\n<!-- begin generated: x -->\n";
    Files.writeString(page, begin + "<!-- end generated: x -->\nb\n");
    GeneratedPart.replace(page, "x", "one");
    GeneratedPart.replace(page, "x", "two");
    assertEquals(begin + "\ntwo\n\n<!-- end generated: x -->\nb\n", Files.readString(page));
    var error = assertThrows(
        IllegalArgumentException.class, () -> GeneratedPart.replace(page, "y", "three"));
    assertTrue(error.getMessage().contains("<!-- begin generated: y -->"), error.getMessage());
  }

  @Test
  void times_jmhResult_sharesOfTheLayer() throws IOException {
    Path file = folder.resolve("losses.json");
    Files.writeString(file, """
        [{"benchmark": "a.LossBenchmark.layer",
          "primaryMetric": {"scorePercentiles": {"50.0": 2000}}},
         {"benchmark": "a.LossBenchmark.loss", "params": {"loss": "z-loss"},
          "primaryMetric": {"scorePercentiles": {"50.0": 50}}}]
        """);
    assertEquals(0, execute("--times", file.toString()));
    assertTrue(out.toString().contains("| z-loss | 50 | 2.50 % |"), out.toString());
    assertTrue(out.toString().contains("| layer, forward | 2000 | 100.00 % |"), out.toString());
  }

  @Test
  void call_listDocs_writesTheTablesThatAreCommitted() throws IOException {
    Path page = folder.resolve("README.md");
    String committed = Files.readString(Path.of("..", "docs", "balance", "README.md"));
    Files.writeString(page, committed.replaceAll("(?m)^\\|.*\n", ""));
    assertEquals(0, execute("--list", "--docs", page.toString()), err.toString());
    for (LossProvider loss : LossCatalogue.library()) {
      assertTrue(Files.readString(page).contains("| [" + loss.name() + "]("), loss.name());
    }
    String tables =
        Files.readString(page).lines().filter(l -> l.startsWith("|")).toList().toString();
    assertEquals(
        committed.lines().filter(l -> l.startsWith("|")).toList().toString(),
        tables,
        "run: java -jar moe-bench/target/moe-bench.jar balance --list --docs docs/balance/README.md");
  }

  /** The study takes minutes; that its table is there, and of these mechanisms, is seen here. */
  @Test
  void docs_page_hasARowOfEachMechanism() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "balance.md"));
    for (Mechanism mechanism : Mechanisms.all()) {
      if (!mechanism.isControl()) {
        String cell = "| [%s](balance/%s.md): %s |"
            .formatted(mechanism.name(), mechanism.page(), mechanism.description());
        assertTrue(page.contains(cell), cell);
      }
    }
    for (LossProvider loss : LossCatalogue.library()) {
      String cell = "| " + loss.name() + " |";
      assertTrue(page.contains(cell), cell);
    }
  }
}
