package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@link ExpertScalingCommand}: models, tables, figure, pages and resumed runs. */
class ExpertScalingCommandTest {
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

  private int scaling(String name, String... more) {
    List<String> arguments = new ArrayList<>(
        List.of("expert-scaling", "--steps", "3", "--width", "8", "--hidden", "8", "--batch", "2"));
    arguments.addAll(List.of("--sequence", "8", "--text", text.toString()));
    arguments.addAll(List.of("--out", folder.resolve(name).toString()));
    arguments.addAll(List.of(more));
    return lab(arguments.toArray(String[]::new));
  }

  private static final String[] SMALL = {
    "--experts", "2,4", "--granularity", "1,2", "--granularity-experts", "4", "--seeds", "1,2"
  };

  @Test
  void call_isARunOfTheLab_withTablesAndFigure() throws IOException {
    assertEquals(0, scaling("a", SMALL), err.toString());
    LabResult result = LabReport.read(folder.resolve("a"));
    assertEquals(
        List.of("dense", "top-k/E2", "top-k/E4", "top-k/E8/k4"),
        result.models().stream().map(ModelResult::name).distinct().toList());
    List<ModelResult> dense =
        result.models().stream().filter(m -> m.name().equals("dense")).toList();
    double mean =
        dense.stream().mapToDouble(ModelResult::validationLoss).average().orElseThrow();
    String printed = out.toString();
    assertTrue(
        printed.contains(String.format(
            Locale.ROOT, "| dense | 1 | %,d | %.4f ±", dense.get(0).parameters(), mean)),
        printed);
    assertTrue(printed.contains("| 2 | 8 | 4 | 2 | "), printed);
    String picture = Files.readString(folder.resolve("a").resolve("expert-scaling.svg"));
    assertTrue(picture.contains("granularity G: G·4 experts, G·2 choices"), picture);
    // All models have equal active parameters but for the gate's, 8 an expert.
    for (ModelResult model : result.models()) {
      long gate = model.expertUse() == null ? 0 : 8L * model.expertUse().experts();
      assertEquals(dense.get(0).activeParameters(), model.activeParameters() - gate, model.name());
    }
  }

  @Test
  void resume_ofAFinishedRun_printsTheSameTables_andWritesThePage() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(page, "# Page\n");
    assertEquals(2, scaling("a", "--docs", page.toString()));
    assertTrue(err.toString().contains("must have the lines"), err.toString());
    assertFalse(Files.exists(folder.resolve("a")));
    assertEquals(0, scaling("a", SMALL), err.toString());
    String printed = out.toString();
    Files.writeString(page, """
        <!-- begin generated: experts -->
        <!-- end generated: experts -->
        <!-- begin generated: granularity -->
        <!-- end generated: granularity -->
        """);
    String run = folder.resolve("a").toString();
    assertEquals(
        0, lab("expert-scaling", "--resume", run, "--docs", page.toString()), err.toString());
    assertEquals(printed, out.toString());
    String written = Files.readString(page);
    printed
        .lines()
        .filter(line -> line.startsWith("|"))
        .forEach(line -> assertTrue(written.contains(line), line));
    assertEquals(
        Files.readString(folder.resolve("a/expert-scaling.svg")),
        Files.readString(folder.resolve("images/expert-scaling.svg")));
    assertEquals(2, lab("expert-scaling", "--resume", run, "--k", "1"));
    assertEquals(
        "expert-scaling: --resume takes the options of the run, not [--k]",
        err.toString().strip());
    // It can be resumed as any run of the lab too.
    assertEquals(0, lab("--resume", run), err.toString());
  }

  @Test
  void call_withoutGranularity_hasOneTable() {
    assertEquals(
        0,
        scaling(
            "a",
            "--router",
            "switch",
            "--capacity",
            "dropless",
            "--k",
            "1",
            "--experts",
            "2",
            "--granularity",
            "1",
            "--seed",
            "1"),
        err.toString());
    assertTrue(out.toString().contains("| 2 | 1 | "), out.toString());
    assertFalse(out.toString().contains("difference to G = 1"), out.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--experts=1,2 | experts must be at least 2, and k, but was 1",
        "--experts=2,2 | experts must differ: [2, 2]",
        "--experts=2,4 --k=3 --granularity=1 | experts must be at least 3, and k, but was 2",
        "--experts=2,4 | granularity-experts must be one of experts [2, 4] but was 16",
        "--experts=16 --granularity=1,0 | granularity must be at least 1 but was 0",
        "--router=switch | router must send a token to k = 16 experts but switch sends it to 1",
        "--router=nonsense | router must be one of [dense,",
        "--experts=16 --granularity=1,3 | top-k/E48/k6: k must divide hidden = 8 but was 6",
      })
  void call_whatDoesNotGoTogether_isOneLineAndExitCode2(String arguments, String message) {
    assertEquals(2, scaling("a", arguments.split(" ")));
    assertTrue(err.toString().contains(message), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertFalse(Files.exists(folder.resolve("a")));
  }
}
