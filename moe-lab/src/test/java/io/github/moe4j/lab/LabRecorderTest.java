package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.Browser;
import io.github.moe4j.cli.page.PageJson;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.lab.report.CurvePoint;
import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelPart;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.FixedRouter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine;

class LabRecorderTest {
  private static final double NAN = Double.NaN;
  private static final int[][] CHOICE = {{0, 1}, {0, 2}, {0, 1}, {1, 2}};

  @TempDir
  Path folder;

  /** Three experts, of which tokens choose those of CHOICE in turn; all gates are 0. */
  private static MoeLayer layer(boolean limited) {
    FixedRouter router = FixedRouter.of(Nd4j.zeros(DataType.DOUBLE, 3, 2), CHOICE);
    ExpertOptions options = ExpertOptions.of(3, 2, 2).withDataType(DataType.DOUBLE);
    MoeLayer.Builder layer = MoeLayer.builder(router, GluExperts.create(options, 1));
    return (limited ? layer.capacity(LimitedCapacity.ofFactor(0.75)) : layer).build();
  }

  private static TokenBatch tokens(int count) {
    return TokenBatch.evaluation(Nd4j.ones(DataType.DOUBLE, count, 2));
  }

  private static MoePass pass(MoeLayer layer, TokenBatch input) {
    try (MoePass pass = layer.forward(input)) {
      return pass;
    }
  }

  private static LabRecorder.Builder recorder() {
    return LabRecorder.builder("A test")
        .loss("error in metres")
        .labels("colour", List.of("red", "green", "blue"));
  }

  private static ExpertUse use(ModelResult model) {
    ExpertUse use = model.expertUse();
    assertNotNull(use);
    return use;
  }

  @Test
  void heldOut_fourTokensByHand_countsExpertsLabelsAndPairs() {
    LabRecorder recorder = recorder().build();
    RecordedRun run = recorder.run("m", 1);
    run.evaluated(1, 0.5);
    // The fifth token is padding: it has no expert, and its label is not read.
    TokenBatch input = tokens(5).withMask(TokenMask.of(true, true, true, true, false));
    run.heldOut(List.of(pass(layer(false), input)), new int[] {0, 0, 1, -1, 99});
    ExpertUse use = use(recorder.result().models().get(0));

    // Load 3, 3, 2: mean 8/3, squared deviations 1/9, 1/9, 4/9.
    assertEquals(Math.sqrt(2.0 / 9) / (8.0 / 3), use.loadCv(), 1e-15);
    assertEquals(3 / (8.0 / 3), use.mostLoadedOverMean(), 1e-15);
    assertEquals(0, use.droppedShare());
    assertEquals(0, use.expertsWithoutTokens());
    assertEquals(Math.log(3), use.routingEntropy(), 1e-12);
    // Red are tokens 0 and 1: experts 0, 1, 0, 2. Green is token 2: 0, 1. Nothing is blue.
    assertArrayEquals(
        new double[][] {{0.5, 0.5, NAN}, {0.25, 0.5, NAN}, {0.25, 0, NAN}}, use.expertByDomain());
    // Of the 3 tokens of expert 0 two went to 1 as well, one to 2, and so on.
    assertArrayEquals(
        new double[][] {{NAN, 2 / 3.0, 1 / 3.0}, {2 / 3.0, NAN, 1 / 3.0}, {0.5, 0.5, NAN}},
        use.coActivation());
  }

  @Test
  void trained_stepsByHand_areCurvesLoadAndTimes() {
    Iterator<Long> seconds = List.of(0L, 2L, 10L, 14L).iterator();
    LabRecorder recorder =
        recorder().clock(() -> seconds.next() * 1_000_000_000).build();
    RecordedRun run = recorder.run("m", 1).parameters(5, 12);
    List<MoePass> limited = List.of(pass(layer(true), tokens(4)));
    run.trained(1, 4, limited);
    run.trained(2, 2, limited);
    assertEquals(2.5, run.evaluated(2, 2.5));
    run.trained(3, 1, limited);
    run.trained(3, 0, limited); // another micro-batch
    run.evaluated(3, -0.5);
    run.heldOut(limited);
    ModelResult model = recorder.result().models().get(0);

    assertEquals(List.of(new CurvePoint(2, 3, 2.5), new CurvePoint(3, 0.5, -0.5)), model.curve());
    assertEquals(-0.5, model.validationLoss());
    // From 0 to 2 and from 10 to 14 seconds: median 3. From 2 to 10 there was an evaluation.
    assertEquals(4 / 3.0, model.tokensPerSecond(), 1e-12);
    // Capacity 4·2/3·0.75 = 2 of loads 3, 3, 2.
    ExpertUse use = use(model);
    assertEquals(2, use.load().size());
    assertEquals(0.25, use.load().get(0).droppedShare());
    assertArrayEquals(
        new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, use.load().get(1).shares());
    assertEquals(0.25, use.droppedShare());
    assertEquals(17, model.parameters());
    assertEquals(5 + 12 * 2 / 3, model.activeParameters());
    assertTrue(model.stages().other() > 0.9, "a forward of 4 tokens is far below a second");
  }

  @Test
  void heldOut_severalLayers_meansOverLayersAndTheLastSpecializes() {
    MoeLayer even = MoeLayer.of(
        FixedRouter.of(Nd4j.zeros(DataType.DOUBLE, 2, 2), new int[] {0}, new int[] {1}),
        GluExperts.create(ExpertOptions.of(2, 2, 2).withDataType(DataType.DOUBLE), 1));
    LabRecorder recorder = recorder().build();
    RecordedRun run = recorder.run("m", 1);
    run.evaluated(1, 0.5);
    run.heldOut(
        List.of(pass(layer(false), tokens(4)), pass(even, tokens(4))), new int[] {0, 1, 0, 1});
    ExpertUse use = use(recorder.result().models().get(0));
    assertEquals((Math.sqrt(2.0 / 9) / (8.0 / 3) + 0) / 2, use.loadCv(), 1e-15);
    assertArrayEquals(new double[][] {{1, 0, NAN}, {0, 1, NAN}}, use.expertByDomain());
  }

  @Test
  void heldOut_afterATrainingStep_startsAnew() {
    LabRecorder recorder = recorder().build();
    RecordedRun run = recorder.run("m", 1);
    List<MoePass> passes = List.of(pass(layer(false), tokens(2)));
    run.heldOut(passes, new int[] {0, 0});
    run.trained(1, 1, passes);
    run.heldOut(passes, new int[] {1, 1});
    run.heldOut(passes, new int[] {2, 2});
    run.evaluated(1, 1);
    double[] first = use(recorder.result().models().get(0)).expertByDomain()[0];
    assertArrayEquals(new double[] {NAN, 0.5, 0.5}, first);
  }

  @Test
  void heldOut_passesOfTheLab_giveTheLabsFigures() throws Exception {
    LabOptions options = new LabOptions(
        3, 30, 8, 0.01, 0.2, new ModelOptions(8, 2, 2, 16), new LayerOptions(8, 16, 4, 2));
    Split split = LabTest.corpus().split(1, 0.2);
    ByteLanguageModel model = ByteLanguageModel.create(
        options.model(),
        block -> MoeLayer.of(
            GatedRouter.of(LinearGate.create(4, 8, DataType.FLOAT, block), TopK.of(2)),
            GluExperts.create(ExpertOptions.of(4, 8, 16), block)),
        DataType.FLOAT,
        7,
        new Arena());
    ExpertUse lab;
    try (Workers workers = new Workers()) {
      lab = new HeldOutText(model, options, split, workers, 12)
          .evaluate()
          .use()
          .result(List.of(), List.of());
    }
    assertNotNull(lab);
    LabRecorder recorder = LabRecorder.builder("t")
        .labels("file", split.validation().domainNames())
        .build();
    RecordedRun run = recorder.run("m", 1);
    run.evaluated(1, 1);
    Batch all = split.validation().windows(16, 12);
    int rows = options.batch() / options.shards();
    int parts = (all.rows() + rows - 1) / rows;
    for (int i = 0; i < parts; i++) {
      Batch part = all.every(i, parts);
      try (ByteLanguageModel.Pass pass = model.evaluate(part)) {
        run.heldOut(pass.moe(), part.domains());
      }
    }
    ExpertUse recorded = use(recorder.result().models().get(0));
    assertEquals(lab.loadCv(), recorded.loadCv());
    assertEquals(lab.mostLoadedOverMean(), recorded.mostLoadedOverMean());
    assertEquals(lab.routingEntropy(), recorded.routingEntropy());
    assertEquals(lab.expertsWithoutTokens(), recorded.expertsWithoutTokens());
    assertArrayEquals(lab.expertByDomain(), recorded.expertByDomain());
    assertArrayEquals(lab.coActivation(), recorded.coActivation());
  }

  @Test
  void result_severalModelsAndSeeds_areTogetherByModel() {
    LabRecorder recorder = recorder().configuration("steps", 2).build();
    for (String model : List.of("a", "b")) {
      recorder.run(model, 1).evaluated(1, 2);
    }
    recorder.run("a", 2).evaluated(1, 3);
    LabResult result = recorder.result();
    assertEquals(
        List.of("a 1", "a 2", "b 1"),
        result.models().stream().map(m -> m.name() + " " + m.seed()).toList());
    assertNull(result.models().get(0).expertUse());
    assertEquals("error in metres", result.loss());
    assertEquals("2", result.configuration().get("steps"));
  }

  @Test
  void trained_dense_hasSpeedWithGivenTokens() {
    Iterator<Long> seconds = List.of(0L, 1L, 3L, 5L).iterator();
    LabRecorder recorder =
        recorder().clock(() -> seconds.next() * 1_000_000_000).build();
    RecordedRun run = recorder.run("dense", 1).tokensPerStep(6);
    for (int step = 1; step <= 4; step++) {
      run.trained(step, 1);
    }
    run.heldOut(List.of(), new int[] {0}); // the same loop serves models with and without layers
    run.evaluated(4, 1);
    ModelResult model = recorder.result().models().get(0);
    assertEquals(3, model.tokensPerSecond(), 1e-12); // median of 1, 2, 2 seconds
    assertNull(model.expertUse());
  }

  @Test
  void restore_inTheMiddle_givesTheSameCurves() {
    List<MoePass> passes = List.of(pass(layer(true), tokens(4)));
    LabRecorder whole = recorder().clock(() -> 0).build();
    LabRecorder resumed = recorder().clock(() -> 0).build();
    RecordedRun first = whole.run("m", 1);
    RecordedRun second = resumed.run("m", 1);
    first.trained(1, 3, passes);
    first.evaluated(1, 2);
    first.trained(2, 8, passes);
    Checkpoint.Builder saved = Checkpoint.builder();
    first.addTo(saved, "run");
    second.restore(saved.build(), "run");
    for (RecordedRun run : List.of(first, second)) {
      run.trained(3, 4, passes);
      run.evaluated(3, 1);
      run.heldOut(passes);
    }
    ModelResult a = whole.result().models().get(0);
    ModelResult b = resumed.result().models().get(0);
    assertEquals(a.curve(), b.curve());
    assertEquals(PageJson.write(use(a)), PageJson.write(use(b)));
    assertThrows(IllegalArgumentException.class, () -> second.trained(2, 1, passes));
  }

  @Test
  void write_twoFolders_canBeComparedAndSummarized() throws IOException {
    Path a = folder.resolve("a");
    Path b = folder.resolve("b");
    for (Path to : List.of(a, b)) {
      LabRecorder recorder =
          recorder().configuration("folder", to.getFileName()).build();
      RecordedRun run = recorder.run("m", 1).describe("A model.", part());
      run.evaluated(1, to == a ? 2 : 1.5);
      run.heldOut(List.of(pass(layer(false), tokens(4))), new int[] {0, 1, 2, 2});
      recorder.write(to, false);
      assertTrue(Files.readString(to.resolve("report.html")).contains("A test"));
      assertTrue(Files.readString(to.resolve("result.csv")).contains("validation error in metres"));
      assertThrows(FileAlreadyExistsException.class, () -> recorder.write(to, false));
      recorder.write(to, true);
    }
    String compared = lab("compare", a.toString(), b.toString());
    assertTrue(compared.contains("folder: A a, B b"), compared);
    assertFalse(compared.contains("--folder"), compared);
    assertTrue(
        compared
            .replaceAll(" +", " ")
            .contains("validation error in metres 2.0000 1.5000 -0.5000 1"),
        compared);
    assertTrue(lab("summary", a.toString()).contains("| m | 2.0000 | 2.0000 |"));

    Path other = folder.resolve("other");
    LabRecorder metric = LabRecorder.builder("t").loss("feet").build();
    metric.run("m", 1).evaluated(1, 1);
    metric.write(other, false);
    for (String command : List.of("compare", "summary")) {
      String refused = lab(command, a.toString(), other.toString());
      assertTrue(refused.contains("the runs must measure one loss but have"), refused);
    }
    assertEquals(PageJson.write(metric.result()), PageJson.write(LabReport.read(other)));
  }

  @Test
  void page_withAndWithoutLabels_showsWhatWasRecorded() throws IOException {
    for (boolean labelled : List.of(true, false)) {
      LabRecorder recorder = labelled
          ? recorder().build()
          : LabRecorder.builder("t").loss("error in metres").build();
      RecordedRun run = recorder.run("m", 1);
      List<MoePass> passes = List.of(pass(layer(false), tokens(4)));
      run.trained(1, 2, passes);
      run.evaluated(1, 3);
      if (labelled) {
        run.heldOut(passes, new int[] {0, 1, 2, 2});
      } else {
        run.heldOut(passes);
      }
      try (Browser browser =
          Browser.open(recorder.write(folder.resolve("" + labelled), false), 1200, 900, false)) {
        assertEquals("A training recorded by moe4j.", browser.find("#lede").getText());
        assertTrue(browser.find("#curves-text").getText().startsWith("Error in metres on"));
        assertFalse(browser.find("#command").isDisplayed(), "no command repeats it");
        assertTrue(browser.find("#together-chart").isDisplayed());
        assertFalse(browser.find("#script-figure").isDisplayed());
        assertEquals(labelled, browser.find("#domain-figure").isDisplayed());
        assertEquals(List.of(), browser.complaints());
      }
    }
  }

  private static ModelPart part() {
    return new ModelPart("router", "fixed", "Chosen by hand.", "");
  }

  private static String lab(String... arguments) {
    StringWriter text = new StringWriter();
    new CommandLine(new LabCommand())
        .setOut(new PrintWriter(text, true))
        .setErr(new PrintWriter(text, true))
        .execute(arguments);
    return text.toString();
  }

  @Test
  void misuse_isOneClearErrorAndChangesNothing() {
    LabRecorder recorder = recorder().build();
    RecordedRun run = recorder.run("m", 1);
    List<MoePass> passes = List.of(pass(layer(false), tokens(2)));
    run.trained(4, 1, passes);
    run.evaluated(5, 1);
    run.heldOut(passes, new int[] {0, 1});
    String before = PageJson.write(recorder.result());

    refused(
        "steps must not fall, from 0 to 2147483647, but 4 follows 5 in m, seed 1",
        () -> run.trained(4, 1, passes));
    refused(
        "the training loss of step 6 must be finite but was NaN in m, seed 1",
        () -> run.trained(6, NAN, passes));
    refused(
        "the held-out loss of step 6 must be finite but was Infinity in m, seed 1",
        () -> run.evaluated(6, Double.POSITIVE_INFINITY));
    refused("steps evaluated must rise but 5 follows 5 in m, seed 1", () -> run.evaluated(5, 1));
    refused(
        "passes must be of layers with [3] experts as before but were of [3, 3] in m, seed 1",
        () -> run.trained(6, 1, List.of(passes.get(0), passes.get(0))));
    refused(
        "passes must be of layers with [3] experts as before but were of [] in m, seed 1",
        () -> run.heldOut(List.of()));
    refused(
        "labels must be [2], one a token of the last layer, but were [3] in m, seed 1",
        () -> run.heldOut(passes, new int[3]));
    refused(
        "label of token 1 must be in [-1, 3) but was 3 in m, seed 1",
        () -> run.heldOut(passes, new int[] {0, 3}));
    refused(
        "label of token 0 must be in [-1, 3) but was -2 in m, seed 1",
        () -> run.heldOut(passes, new int[] {-2, 0}));
    TokenBatch inference = TokenBatch.of(Nd4j.ones(DataType.DOUBLE, 2, 2), PassMode.inference());
    List<MoePass> kept = List.of(pass(layer(false), inference));
    assertTrue(assertThrows(IllegalStateException.class, () -> run.heldOut(kept))
        .getMessage()
        .contains("decision of"));
    refused(
        "a model and seed can be recorded once but m, seed 1 was recorded before",
        () -> recorder.run("m", 1));
    refused(
        "numbers of parameters must be at least 0 but were -1 and 2", () -> run.parameters(-1, 2));
    refused("tokensPerStep must be above 0 but was 0", () -> run.tokensPerStep(0));
    assertEquals(before, PageJson.write(recorder.result()));
  }

  @Test
  void builder_badOptions_areRefused() {
    refused("title must not be blank but was \" \"", () -> LabRecorder.builder(" "));
    refused(
        "names of labels must differ but a is given twice",
        () -> recorder().labels("x", List.of("a", "a")));
    refused(
        "labels of kind x must have names but there was none",
        () -> recorder().labels("x", List.of()));
    refused(
        "option a must be given once",
        () -> recorder().configuration("a", 1).configuration("a", 2));
    refused(
        "a model's name must not be blank but was \"\"",
        () -> recorder().build().run("", 1));
    RecordedRun unnamed = LabRecorder.builder("t").build().run("m", 1);
    refused(
        "labels need names, from LabRecorder.Builder.labels, but m, seed 1 has none",
        () -> unnamed.heldOut(List.of(pass(layer(false), tokens(1))), new int[1]));
  }

  @Test
  void write_tooEarly_saysWhatIsMissingAndWritesNothing() throws IOException {
    LabRecorder recorder = recorder().build();
    missing("a report needs at least one run but none was recorded", recorder);
    RecordedRun run = recorder.run("m", 1);
    run.trained(1, 1, List.of(pass(layer(false), tokens(2))));
    missing(
        "evaluated must be called before the report is written but was not for m, seed 1",
        recorder);
    run.evaluated(1, 1);
    missing(
        "heldOut must be called before the report is written but was not for m, seed 1", recorder);
  }

  private void missing(String message, LabRecorder recorder) {
    assertEquals(
        message,
        assertThrows(IllegalStateException.class, () -> recorder.write(folder, false))
            .getMessage());
    assertEquals(
        0, folder.toFile().list().length, Arrays.toString(folder.toFile().list()));
  }

  private static void refused(String message, Runnable action) {
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }
}
