package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.cli.page.PageJson;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointEntries;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.LoadPoint;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.lab.variant.Variant;
import io.github.moe4j.lab.variant.VariantGrid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is interrupted anywhere and resumed ends with the numbers of one that was not. */
class LabResumeTest {
  private static final LabOptions OPTIONS = new LabOptions(
      3, 6, 2, 0.01, 0.2, new ModelOptions(8, 2, 2, 16), new LayerOptions(8, 16, 4, 2));

  @TempDir
  Path folder;

  private static Experiment experiment(String... routers) {
    List<Variant> variants = new VariantGrid(
            List.of(routers), List.of(), List.of(), List.of("4"), List.of(2))
        .variants();
    return new Experiment(
        variants, List.of(3L, 4L), OPTIONS, LabTest.corpus(), "test", "file", Map.of());
  }

  private static LabResult run(Experiment experiment, LabStore<Trainer> store, int steps)
      throws IOException {
    AtomicInteger asked = new AtomicInteger();
    return Lab.run(experiment, store, () -> asked.getAndIncrement() >= steps, Progress.quiet());
  }

  private static String numbers(LabResult result) {
    StringBuilder all = new StringBuilder();
    for (ModelResult model : result.models()) {
      ExpertUse use = model.expertUse();
      all.append(model.name()).append(' ').append(model.seed()).append(' ');
      all.append(model.validationLoss()).append(model.curve());
      if (use != null) {
        for (LoadPoint point : use.load()) {
          all.append(PageJson.write(point));
        }
        all.append(PageJson.write(use.expertByScript()));
      }
    }
    return all.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 6, 16})
  void run_interruptedAfterAnyStepAndResumed_hasTheNumbersOfAnUnbrokenOne(int steps)
      throws IOException {
    // Noise, a controller of biases and one of a coefficient: all have state of their own.
    Experiment experiment = experiment("noisy-top-k", "deepseek-v3");
    String uninterrupted = numbers(run(experiment, new NoStore(), Integer.MAX_VALUE));
    LabResult partial = run(experiment, LabFolder.start(RunFiles.in(folder), experiment), steps);
    assertFalse(partial.complete());
    LabResult resumed =
        run(experiment, LabFolder.resume(RunFiles.in(folder), experiment), Integer.MAX_VALUE);
    assertTrue(resumed.complete());
    assertEquals(uninterrupted, numbers(resumed));
    assertFalse(Files.exists(folder.resolve(LabFolder.CHECKPOINT)));
  }

  @Test
  void run_interruptedTwice_hasTheNumbersOfAnUnbrokenOne() throws IOException {
    Experiment experiment = experiment("remoe", "batchwise", "dense", "biased-top-k");
    String uninterrupted = numbers(run(experiment, new NoStore(), Integer.MAX_VALUE));
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), 3);
    run(experiment, LabFolder.resume(RunFiles.in(folder), experiment), 15);
    LabResult resumed =
        run(experiment, LabFolder.resume(RunFiles.in(folder), experiment), Integer.MAX_VALUE);
    assertEquals(uninterrupted, numbers(resumed));
  }

  @Test
  void run_killedWhileItSaved_leavesNoTemporaryFile() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), 2);
    Path part = folder.resolve("." + LabFolder.CHECKPOINT + "." + UUID.randomUUID() + ".part");
    Files.writeString(part, "half of it");
    run(experiment, LabFolder.resume(RunFiles.in(folder), experiment), Integer.MAX_VALUE);
    assertFalse(Files.exists(part));
  }

  @Test
  void resume_ofAFinishedRun_trainsNothingAndHasTheSameResult() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    LabResult first =
        run(experiment, LabFolder.start(RunFiles.in(folder), experiment), Integer.MAX_VALUE);
    LabResult again = run(experiment, LabFolder.resume(RunFiles.in(folder), experiment), 0);
    assertTrue(again.complete());
    assertEquals(PageJson.write(first), PageJson.write(again));
    assertEquals(PageJson.write(first), PageJson.write(LabReport.read(folder)));
  }

  @Test
  void resume_ofADamagedCheckpoint_isRefused() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), 5);
    Path file = folder.resolve(LabFolder.CHECKPOINT);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThrows(
        CheckpointException.class, () -> LabFolder.resume(RunFiles.in(folder), experiment));
  }

  /** An entry of the state of an interrupted run is another one, or missing. */
  private void change(String entry, @Nullable Consumer<Checkpoint.Builder> other)
      throws IOException {
    Path file = folder.resolve(LabFolder.CHECKPOINT);
    Checkpoint saved = Checkpoint.load(file);
    Checkpoint.Builder changed = Checkpoint.builder();
    assertTrue(saved.names().contains(entry), entry);
    for (String name : saved.names()) {
      if (!name.equals(entry)) {
        CheckpointEntries.copy(saved, name, changed, name);
      } else if (other != null) {
        other.accept(changed);
      }
    }
    changed.save(file);
  }

  private void assertRefused(Experiment experiment, String message) {
    CheckpointException refused = assertThrows(
        CheckpointException.class,
        () -> run(experiment, LabFolder.resume(RunFiles.in(folder), experiment), 0));
    assertEquals(folder.resolve(LabFolder.CHECKPOINT) + ": " + message, refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run.name",
        "run.steps",
        "model.head.weight",
        "optimizer.steps",
        "balance.step",
        "noise.state",
        "log.stages",
        "log.since.loss",
        "step"
      })
  void resume_stateWithoutAnEntry_isRefusedWithItsFile(String entry) throws IOException {
    Experiment experiment = experiment("deepseek-v3");
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), 4);
    change(entry, null);
    CheckpointException refused = assertThrows(
        CheckpointException.class,
        () -> run(experiment, LabFolder.resume(RunFiles.in(folder), experiment), 0));
    assertTrue(
        refused
            .getMessage()
            .startsWith(folder.resolve(LabFolder.CHECKPOINT) + ": " + entry + " is not in"),
        refused.getMessage());
  }

  @Test
  void resume_stateOfOtherSteps_isRefused() throws IOException {
    Experiment experiment = experiment("deepseek-v3");
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), 4);
    change("step", all -> all.longs("step", -1_000_000));
    assertRefused(experiment, "step must be in [0, 6], the steps of the run, but was -1000000");
    change("step", all -> all.longs("step", 3));
    assertRefused(
        experiment, "points of the curve must be at rising steps up to 3 but 4 follows 3");
    change("step", all -> all.longs("step", 5));
    assertRefused(experiment, "steps since the last point of the curve must be 1 but were 0");
    change("run.steps", all -> all.longs("run.steps", 2_000_000_000));
    assertRefused(experiment, "run.steps must be 6, those of the run, but was 2000000000");
    change("run.name", all -> all.text("run.name", "\u001b[31m"));
    assertRefused(experiment, "it must be of a model of the run but is of \\u001b[31m with seed 3");
  }

  @Test
  void resume_recordThatTheReportCannotHold_isRefused() throws IOException {
    Experiment experiment = experiment("deepseek-v3");
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), 4);
    change("log.nanos", all -> all.longs("log.nanos", 1, -1));
    assertRefused(experiment, "log.nanos must be in [0, 72057594037927936] but has -1");
    change("log.nanos", all -> all.longs("log.nanos", 1, 1));
    change("log.curve.train", all -> all.doubles("log.curve.train", 1, 2));
    assertRefused(experiment, "log.curve.train must have length 4 but has 2");
    change("log.curve.train", all -> all.doubles("log.curve.train", 1, 2, 3, 4));
    change("log.point.1.shares", all -> all.doubles("log.point.1.shares", 0.5, 0.5));
    assertRefused(experiment, "loads must be of the same experts but are of [4, 2]");
    change("log.points", all -> all.longs("log.points", 3));
    assertRefused(
        experiment,
        "points of the load must be at the steps of the curve, [1, 2, 3, 4], but were at [1, 2,"
            + " 3]");
  }

  @Test
  void resume_unfinishedModelWithoutItsState_isRefused() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), 4);
    Files.delete(folder.resolve(LabFolder.CHECKPOINT));
    IllegalArgumentException refused = assertThrows(
        IllegalArgumentException.class, () -> LabFolder.resume(RunFiles.in(folder), experiment));
    assertEquals(
        folder.resolve(LabReport.DATA)
            + ": top-k-unbalanced with seed 3 must have 6 steps, those of the run, or be in"
            + " training.checkpoint, but has 4",
        refused.getMessage());
  }

  @Test
  void requireResumable_reportOfOtherModelsOrSteps_isRefused() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    run(experiment, LabFolder.start(RunFiles.in(folder), experiment), Integer.MAX_VALUE);
    LabRun.requireResumable(folder, experiment);
    IllegalArgumentException other = assertThrows(
        IllegalArgumentException.class, () -> LabRun.requireResumable(folder, experiment("dense")));
    assertEquals(
        folder.resolve(LabReport.DATA)
            + ": models must be of the run but one is top-k-unbalanced with seed 3",
        other.getMessage());
    Experiment shorter = new Experiment(
        experiment.variants(),
        experiment.seeds(),
        OPTIONS.with(OPTIONS.seed(), 5),
        experiment.corpus(),
        "test",
        "file",
        Map.of());
    IllegalArgumentException longer = assertThrows(
        IllegalArgumentException.class, () -> LabRun.requireResumable(folder, shorter));
    assertEquals(
        folder.resolve(LabReport.DATA)
            + ": top-k-unbalanced with seed 3 must have at most 5 steps, those of the run, but has"
            + " 6",
        longer.getMessage());
  }
}
