package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.lab.report.ComparisonPage;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.testkit.internal.NamedPipe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Sweeps from files, results that repeat their run, and resuming, by the command line. */
class RunOptionsTest {
  @TempDir
  Path folder;

  private Path text;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeText() throws IOException {
    text = folder.resolve("words.txt");
    Files.writeString(
        text,
        IntStream.range(0, 40)
            .mapToObj(i -> "line number " + i + "\n")
            .collect(Collectors.joining()));
  }

  private int lab(String... arguments) {
    err.getBuffer().setLength(0);
    out.getBuffer().setLength(0);
    return new CommandLine(new LabCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private Path config(String name, String content) throws IOException {
    return Files.writeString(
        folder.resolve(name), content.replace("TEXT", text.toString()).replace("'", "\""));
  }

  private LabResult run(Path config, String name, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(
        List.of("--config", config.toString(), "--out", folder.resolve(name).toString()));
    arguments.addAll(List.of(more));
    assertEquals(0, lab(arguments.toArray(String[]::new)), err.toString());
    return LabReport.read(folder.resolve(name));
  }

  private static List<String> models(LabResult result) {
    return result.models().stream().map(m -> m.name() + " " + m.seed()).toList();
  }

  private static List<Double> bits(LabResult result) {
    return result.models().stream().map(m -> m.validationLoss()).toList();
  }

  private static final String SIZES =
      "steps: 3\nwidth: 8\nhidden: 8\nbatch: 2\nsequence: 8\ntext: [TEXT]\n";

  @Test
  void config_inYaml_isASweepOverSeedsAndValues() throws IOException {
    Path yaml = config(
        "sweep.yaml",
        SIZES + "routers: [top-k, gshard]\nexperts: [4, 8]\nseeds: [1, 2]\nbalance: none\n");
    LabResult result = run(yaml, "sweep");
    assertEquals(
        List.of(
            "top-k/none/E4 1",
            "top-k/none/E4 2",
            "top-k/none/E8 1",
            "top-k/none/E8 2",
            "gshard/none/E4 1",
            "gshard/none/E4 2",
            "gshard/none/E8 1",
            "gshard/none/E8 2"),
        models(result));
    assertEquals("1,2", result.configuration().get("seed"));
    assertEquals("4,8", result.configuration().get("experts"));
    assertTrue(out.toString().contains("±"), out.toString());
    List<String> csv = Files.readAllLines(folder.resolve("sweep").resolve(LabReport.CSV));
    assertEquals(9, csv.size());
    assertTrue(csv.get(0).contains("--learning-rate"), csv.get(0));
    assertTrue(csv.get(1).startsWith("top-k/none/E4,1,"), csv.get(1));
  }

  @Test
  void commandLine_countsMoreThanTheFile() throws IOException {
    Path yaml = config("sweep.yaml", SIZES + "routers: top-k\nseeds: [1, 2]\n");
    LabResult result = run(yaml, "out", "--seed", "7", "--steps=2");
    assertEquals(List.of("top-k 7"), models(result));
    assertEquals("2", result.configuration().get("steps"));
    assertEquals("8", result.configuration().get("width"));
  }

  @Test
  void config_inProperties_isTheSame() throws IOException {
    Path yaml = config("a.yaml", SIZES + "routers: [top-k, dense]\n");
    Path properties =
        config("a.properties", SIZES.replace("[", "").replace("]", "") + "routers=top-k,dense\n");
    assertEquals(bits(run(yaml, "a")), bits(run(properties, "b")));
  }

  @Test
  void result_repeatsItsOwnRun() throws IOException {
    Path yaml = config("a.yaml", SIZES + "routers: noisy-top-k\nseeds: [5, 6]\ncapacity: 1.25\n");
    LabResult first = run(yaml, "a");
    LabResult again = run(folder.resolve("a").resolve(LabReport.DATA), "b");
    assertEquals(first.configuration(), again.configuration());
    assertEquals(bits(first), bits(again));
    // The line that the command prints does too.
    lab("--config", yaml.toString(), "--out", folder.resolve("c").toString());
    String command =
        out.toString().lines().filter(l -> l.startsWith("again:")).findFirst().orElseThrow();
    List<String> arguments = new ArrayList<>(List.of(command.split(" lab ")[1].split(" ")));
    arguments.addAll(List.of("--out", folder.resolve("d").toString()));
    assertEquals(0, lab(arguments.toArray(String[]::new)), err.toString());
    assertEquals(bits(first), bits(LabReport.read(folder.resolve("d"))));
  }

  @Test
  void resume_ofAFinishedRun_takesItsOptionsAndRefusesOthers() throws IOException {
    Path yaml = config("a.yaml", SIZES + "routers: top-k\n");
    run(yaml, "a");
    String run = folder.resolve("a").toString();
    assertEquals(0, lab("--resume", run), err.toString());
    assertEquals(0, lab("--out", run, "--resume"), err.toString());
    assertEquals(2, lab("--resume", run, "--steps", "9"));
    assertEquals(
        "lab: " + run + "/result.json: steps must be 3 as in the run to resume but was 9",
        err.toString().strip());
    assertEquals(2, lab("--resume", run, "--balance", "switch"));
    assertEquals(
        "lab: " + run
            + "/result.json: balance must be not set as in the run to resume but was switch",
        err.toString().strip());
    Files.writeString(text, "one line more\n", StandardOpenOption.APPEND);
    assertEquals(2, lab("--resume", run));
    assertTrue(err.toString().contains("text must be"), err.toString());
    assertEquals(2, lab("--resume", folder.resolve("none").toString()));
    assertTrue(err.toString().contains("holds no run to resume"), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.yaml | stepps: 3 | stepps is not an option of a run",
        "a.yaml | steps: {a: 1} | steps must be a value or a list of values",
        "a.yaml | steps: x | a.yaml: Invalid value for option '--steps'",
        "a.yaml | just words | must hold options by name",
        "a.yaml | a: [ | a.yaml: ",
        "a.properties | out=x | out is not an option of a run",
        "a.properties | steps=\\u00zz | a.properties: Malformed",
        "a.properties | steps=1\\nsteps=2 | a.properties: steps must be there once",
        "a.yaml | steps: 1\\nsteps: 2 | a.yaml: Duplicate",
        "a.yaml | steps: 1\\n---\\nsteps: 2 | a.yaml: ",
        "a.json | {\"steps\": 1, \"steps\": 2} | a.json: Duplicate",
        "a.json | {\"steps\": 1} {\"steps\": 2} | a.json: ",
      })
  void config_thatIsWrong_isOneLineAndExitCode2(String name, String content, String message)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name), content.replace("\\n", "\n"));
    assertEquals(
        2, lab("--config", file.toString(), "--out", folder.resolve("x").toString()));
    assertTrue(err.toString().contains(message), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertFalse(Files.exists(folder.resolve("x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.yaml", "a.properties", "a.json"})
  void config_hugeValue_isNotEchoed(String name) throws IOException {
    String digits = "1".repeat(200_000);
    String content = name.endsWith("yaml")
        ? "steps: " + digits
        : name.endsWith("json") ? "{\"steps\": \"" + digits + "\"}" : "steps=" + digits;
    Path file = Files.writeString(folder.resolve(name), content);
    assertEquals(
        2, lab("--config", file.toString(), "--out", folder.resolve("x").toString()));
    assertEquals(1, err.toString().lines().count());
    assertTrue(err.toString().length() < 1200, err.toString());
  }

  /** The parser of the command line would warn of it on its own, with the value as it is. */
  @Test
  void config_unbalancedQuotes_areNotPrinted() throws IOException {
    Path file = Files.writeString(folder.resolve("a.properties"), "experts=\"\\u001b[31m");
    PrintStream terminal = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertEquals(2, lab("--config", file.toString()));
    } finally {
      System.setErr(terminal);
    }
    assertEquals("", printed.toString(StandardCharsets.UTF_8));
    assertFalse(err.toString().contains("\u001b"), err.toString());
  }

  @Test
  void config_thatIsNoRegularFile_isNamed() throws IOException {
    Path made = Files.createDirectory(folder.resolve("a.yaml"));
    assertEquals(2, lab("--config", made.toString()));
    assertEquals("lab: " + made + ": is a folder, not a file", err.toString().strip());
    Path missing = folder.resolve("none.properties");
    assertEquals(2, lab("--config", missing.toString()));
    assertEquals("lab: " + missing + ": no such file", err.toString().strip());
    Path latin1 = Files.write(folder.resolve("b.properties"), new byte[] {'a', (byte) 0xE9});
    assertEquals(2, lab("--config", latin1.toString()));
    assertEquals(
        "lab: " + latin1 + ": is not UTF-8 text (the byte at offset 1)",
        err.toString().strip());
    Path pipe = NamedPipe.create(folder.resolve("pipe"));
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertEquals(2, lab("--config", pipe.toString())));
    assertEquals("lab: " + pipe + ": is not a regular file", err.toString().strip());
  }

  @Test
  void out_whereAFileIs_saysSo() throws IOException {
    Path file = Files.writeString(folder.resolve("ok.txt"), "x");
    Path yaml = config("a.yaml", SIZES + "routers: dense\n");
    assertEquals(2, lab("--config", yaml.toString(), "--out", file.toString()));
    assertEquals("lab: " + file + ": is a file, not a folder", err.toString().strip());
  }

  @Test
  void again_textWithBlanksAndEscapes_isQuoted() throws IOException {
    Path strange = Files.copy(text, folder.resolve("a b;$(id) \u001b[2J.txt"));
    assertEquals(
        0,
        lab(
            "--steps=1",
            "--width=8",
            "--hidden=8",
            "--batch=2",
            "--sequence=8",
            "--routers=dense",
            "--out=" + folder.resolve("out"),
            "--text=" + strange),
        err.toString());
    assertTrue(
        out.toString().contains("--text $'" + folder + "/a b;$(id) \\033[2J.txt'"), out.toString());
  }

  @Test
  void compare_showsOptionsFiguresAndDifferencesBySeed() throws IOException {
    Path yaml = config("a.yaml", SIZES + "routers: [top-k, dense]\nseeds: [1, 2]\n");
    run(yaml, "a");
    run(yaml, "b", "--learning-rate", "0.01");
    assertEquals(
        0, lab("compare", folder.resolve("a").toString(), folder.resolve("b").toString()));
    assertTrue(out.toString().contains("--learning-rate: A 0.003, B 0.01"), out.toString());
    assertTrue(out.toString().contains("dense"), out.toString());
    Path page = folder.resolve("page").resolve(ComparisonPage.PAGE);
    assertFalse(Files.exists(page), "a page was not asked for");
    String[] pageToo = {
      "compare",
      folder.resolve("a").toString(),
      folder.resolve("b").toString(),
      "--out",
      page.getParent().toString()
    };
    assertEquals(0, lab(pageToo));
    assertTrue(out.toString().contains("page: " + page), out.toString());
    assertTrue(Files.readString(page).contains("\"--learning-rate\""));
    assertEquals(2, lab(pageToo));
    assertTrue(err.toString().contains("--force overwrites it"), err.toString());
    assertEquals(2, lab("compare", folder.resolve("a").toString(), folder.toString()));
    assertTrue(err.toString().contains("holds no readable result"), err.toString());
  }

  @Test
  void config_ofTheDocs_isUnderstood() throws IOException {
    String docs = Files.readString(Path.of("..", "docs", "lab.md"));
    int start = docs.indexOf("```yaml\n") + "```yaml\n".length();
    String yaml = docs.substring(start, docs.indexOf("```", start));
    LabResult result = run(
        config("docs.yaml", yaml),
        "docs",
        ("--steps 1 --seed 1 --width 8 --hidden 8 --batch 2 --sequence 8 --text " + text)
            .split(" "));
    assertEquals(8, result.models().size());
  }

  @Test
  void list_isPrinted() {
    assertEquals(0, lab("--list"));
    assertTrue(out.toString().contains("deepseek-v3"), out.toString());
  }
}
