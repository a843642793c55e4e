package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A folder with the report so far and, as {@value #CHECKPOINT}, the state of the current training. */
final class LabFolder implements LabStore<Trainer> {
  static final String CHECKPOINT = "training.checkpoint";

  private final RunFiles files;
  private final Experiment experiment;
  private final List<ModelResult> finished;
  private final @Nullable Checkpoint underWay;

  private LabFolder(
      RunFiles files,
      Experiment experiment,
      List<ModelResult> finished,
      @Nullable Checkpoint underWay) {
    this.files = files;
    this.experiment = experiment;
    this.finished = finished;
    this.underWay = underWay;
  }

  /** Starts a new run: results of a former run in the folder are overwritten or removed. */
  static LabFolder start(RunFiles files, Experiment experiment) throws IOException {
    FileErrors.createFolders(files.folder());
    ReplacedFile.delete(files.file(CHECKPOINT));
    return new LabFolder(files, experiment, List.of(), null);
  }

  /** Resumes the run in the folder. */
  static LabFolder resume(RunFiles files, Experiment experiment) throws IOException {
    LabResult before = LabReport.read(files.folder());
    Path file = files.file(CHECKPOINT);
    Checkpoint saved = Files.notExists(file) ? null : Checkpoint.load(file);
    // The report contains the current model's unfinished result.
    List<ModelResult> finished = before.models().stream()
        .filter(model -> saved == null || !isOf(saved, model.name(), model.seed()))
        .toList();
    return new LabFolder(files, experiment, finished, saved);
  }

  private static boolean isOf(Checkpoint saved, String name, long seed) {
    return saved.text("run.name").equals(name) && saved.number("run.seed") == seed;
  }

  @Override
  public Duration saveEvery() {
    return files.saveEvery();
  }

  @Override
  public List<ModelResult> finished() {
    return finished;
  }

  @Override
  public void resume(Trainer training) {
    Checkpoint saved = underWay;
    if (saved != null
        && isOf(saved, training.variant().name(), training.options().seed())) {
      training.restore(saved);
    }
  }

  @Override
  public void save(Trainer training) throws IOException {
    training
        .state()
        .text("run.name", training.variant().name())
        .longs("run.seed", training.options().seed())
        .save(files.file(CHECKPOINT));
  }

  @Override
  public void write(LabResult result) throws IOException {
    LabReport.write(result, files.folder(), true);
  }

  @Override
  public void done(Trainer training) throws IOException {
    ReplacedFile.delete(files.file(CHECKPOINT)); // with what killed runs were writing
  }

  @Override
  public void trace(Trainer training) throws IOException {
    if (files.traces()) {
      training.trace(files.file(experiment.traceName(training)));
    }
  }
}
