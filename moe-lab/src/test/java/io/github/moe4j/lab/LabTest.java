package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.lab.report.CurvePoint;
import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.report.RoutedText;
import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.text.Domain;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.lab.variant.Variant;
import io.github.moe4j.lab.variant.Variants;
import io.github.moe4j.testkit.internal.BlasThreads;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LabTest {
  private static final LabOptions OPTIONS = new LabOptions(
      3, 30, 8, 0.01, 0.2, new ModelOptions(8, 2, 1, 16), new LayerOptions(8, 16, 4, 2));

  @TempDir
  Path folder;

  static Corpus corpus() {
    List<String> letters = new ArrayList<>();
    List<String> digits = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      letters.add(
          "abcdefghij".repeat(2) + "klmnopqrstuvwxyz".charAt(i % 16) + "xyz".repeat(i % 5 + 1) + i);
      digits.add("0123456789".repeat(2) + i);
    }
    return new Corpus(List.of(new Domain("letters", letters), new Domain("digits", digits)));
  }

  private static final List<String> MODELS = List.of("dense", "top-k-unbalanced", "top-k");

  private static List<Variant> all() {
    return MODELS.stream().map(Variants::named).toList();
  }

  private static LabResult run(List<Variant> variants, int stopAfter) throws IOException {
    AtomicInteger asked = new AtomicInteger();
    Experiment experiment = new Experiment(
        variants, List.of(OPTIONS.seed()), OPTIONS, corpus(), "test", "file", Map.of());
    return Lab.run(
        experiment, new NoStore(), () -> asked.getAndIncrement() >= stopAfter, Progress.quiet());
  }

  @Test
  void run_severalModels_learnsAndMeasuresEach() throws IOException {
    LabResult result = run(all(), Integer.MAX_VALUE);
    assertTrue(result.complete());
    assertEquals(MODELS, result.models().stream().map(ModelResult::name).toList());
    for (ModelResult model : result.models()) {
      assertTrue(model.validationLoss() < 6, model.name() + " must learn");
      assertTrue(model.tokensPerSecond() > 0);
      // Curve and table are of the same windows of the same text.
      CurvePoint last = model.curve().get(model.curve().size() - 1);
      assertEquals(30, last.step());
      assertEquals(model.validationLoss(), last.validationLoss());
      boolean dense = model.name().equals("dense");
      assertEquals(dense, model.expertUse() == null);
      assertEquals(dense, model.activeParameters() == model.parameters());
    }
    ExpertUse use = result.models().get(1).expertUse();
    assertNotNull(use);
    List<String> held = result.models().stream()
        .flatMap(model -> Optional.ofNullable(model.expertUse()).stream())
        .map(u -> u.text().stream().map(RoutedText::text).toList().toString())
        .distinct()
        .toList();
    assertEquals(1, held.size(), "every model is shown on the same text");
    assertEquals(12, use.text().size());
    assertEquals(
        List.of(0, 1), use.text().stream().map(RoutedText::domain).distinct().toList());
    for (int domain = 0; domain < 2; domain++) {
      double sum = 0;
      for (double[] ofExpert : use.expertByDomain()) {
        sum += ofExpert[domain];
      }
      assertEquals(1, sum, 1e-12);
    }
  }

  @Test
  void run_withTheSameSeed_givesTheSameBits() throws IOException {
    List<Variant> one = List.of(Variants.named("top-k"));
    ModelResult a = run(one, Integer.MAX_VALUE).models().get(0);
    ModelResult b = run(one, Integer.MAX_VALUE).models().get(0);
    assertEquals(a.validationLoss(), b.validationLoss());
    assertEquals(a.curve(), b.curve());
  }

  @Test
  void run_whenInterrupted_keepsWhatThereIsAndSaysHowFarItCame() throws IOException {
    LabResult result = run(all(), 35);
    assertFalse(result.complete());
    assertEquals("5 of 30 steps of top-k-unbalanced, model 2 of 3", result.progress());
    assertEquals(2, result.models().size());
    assertNull(result.models().get(0).expertUse());
    ModelResult unfinished = result.models().get(1);
    assertEquals(
        unfinished.validationLoss(),
        unfinished.curve().get(unfinished.curve().size() - 1).validationLoss());
  }

  @Test
  void run_always_leavesTheNumberOfNativeThreadsAsItWas() throws IOException {
    int before = BlasThreads.now();
    run(List.of(Variants.named("dense")), 1);
    assertEquals(before, BlasThreads.now());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--k 17 | k must be at most experts = 16 but was 17",
        "--width -4 | width must be at least 1 but was -4",
        "--steps 0 | steps must be at least 1 but was 0",
        "--hidden 7 | k must divide hidden = 7 but was 2",
        "--routers nonsense | router must be one of",
        "--text missing.txt | missing.txt: no such file",
        "--width 100000 --hidden 1000000 | width 100000, hidden 1000000, 16 experts, 1 blocks, batch",
        "--width 2147483647 --heads 1 --hidden 2147483646 | EB of memory, but",
        "--experts 100000000 | need at least",
        "--experts 4,100000000 | 100000000 experts",
        "--routers dense,top-k/E999999/k2 --hidden 1000000 | 999999 experts",
        "--batch 2147483647 | TB of memory, but",
        "--batch 2147483647 --sequence 2147483647 | EB of memory, but",
        "--blocks 2147483647 | PB of memory, but",
        "--hidden 2147483646 --width 100000 --routers dense | PB of memory, but",
        "--ranks 2147483647 | 2147483647 ranks need at least",
      })
  void call_withWrongOptions_isOneLineAndExitCode2(String options, String message) {
    StringWriter err = new StringWriter();
    int code = execute(err, new StringWriter(), options + " --out " + folder);
    assertEquals(CommandLine.ExitCode.USAGE, code);
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(message), err.toString());
  }

  @Test
  void call_withText_printsTheTableAndNeverOverwritesUnasked() throws Exception {
    Path text = folder.resolve("words.txt");
    Files.writeString(text, "one two three four five\n".repeat(1) + lines());
    String options =
        "--steps 3 --width 8 --hidden 8 --batch 2 --sequence 8 --routers top-k-unbalanced --out "
            + folder.resolve("out")
            + " --text "
            + text;
    StringWriter out = new StringWriter();
    assertEquals(0, execute(new StringWriter(), out, options));
    assertTrue(out.toString().contains("top-k-unbalanced"), out.toString());
    Path page = folder.resolve("out").resolve(LabReport.PAGE);
    assertTrue(out.toString().contains("report: " + page), out.toString());
    byte[] before = Files.readAllBytes(page);
    StringWriter err = new StringWriter();
    assertEquals(2, execute(err, new StringWriter(), options));
    assertTrue(err.toString().contains("--force"), err.toString());
    assertTrue(java.util.Arrays.equals(before, Files.readAllBytes(page)));
    assertEquals(0, execute(new StringWriter(), new StringWriter(), options + " --force"));
    StringWriter table = new StringWriter();
    assertEquals(0, execute(new StringWriter(), table, "summary " + page.getParent()));
    assertTrue(table.toString().contains("| top-k-unbalanced | "), table.toString());
    assertTrue(
        table.toString().endsWith("One seed: differences have no interval.\n"), table.toString());
    assertEquals(2, execute(new StringWriter(), table, "summary " + folder));
  }

  @Test
  void call_withTooLittleText_isExitCode2BeforeTraining() throws Exception {
    Path text = folder.resolve("short.txt");
    Files.writeString(text, "one\ntwo\nthree\n");
    StringWriter err = new StringWriter();
    Path out = folder.resolve("none");
    assertEquals(2, execute(err, new StringWriter(), "--out " + out + " --text " + text));
    assertTrue(err.toString().contains("a window of 64 bytes"), err.toString());
    assertFalse(Files.exists(out));
  }

  private static String lines() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      text.append("line number ").append(i).append('\n');
    }
    return text.toString();
  }

  private static int execute(StringWriter err, StringWriter out, String options) {
    return new CommandLine(new LabCommand())
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(out, true))
        .execute(options.trim().split(" +"));
  }
}
