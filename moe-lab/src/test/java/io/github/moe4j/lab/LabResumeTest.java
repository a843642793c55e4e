package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.cli.page.PageJson;
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
}
