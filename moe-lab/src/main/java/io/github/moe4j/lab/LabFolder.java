package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
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
  private final @Nullable SavedTraining underWay;

  private LabFolder(
      RunFiles files,
      Experiment experiment,
      List<ModelResult> finished,
      @Nullable SavedTraining underWay) {
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

  /**
   * Resumes the run in the folder.
   *
   * @throws IllegalArgumentException if a model in the report is neither finished nor the one whose state is saved
   * @throws CheckpointException if the state is damaged, or of another run
   */
  static LabFolder resume(RunFiles files, Experiment experiment) throws IOException {
    LabResult before = LabReport.read(files.folder());
    Path file = files.file(CHECKPOINT);
    SavedTraining saved = Files.notExists(file) ? null : SavedTraining.load(file, experiment);
    // The report contains the current model's unfinished result.
    List<ModelResult> finished = before.models().stream()
        .filter(model -> saved == null || !saved.isOf(model.name(), model.seed()))
        .toList();
    for (ModelResult model : finished) {
      Require.that(
          model.steps() == experiment.options().steps(),
          "%s: %s with seed %d must have %d steps, those of the run, or be in %s, but has %d",
          files.file(LabReport.DATA),
          model.name(),
          model.seed(),
          experiment.options().steps(),
          CHECKPOINT,
          model.steps());
    }
    return new LabFolder(files, experiment, finished, saved);
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
  public void resume(Trainer training) throws IOException {
    SavedTraining saved = underWay;
    if (saved != null
        && saved.isOf(training.variant().name(), training.options().seed())) {
      saved.restore(training);
    }
  }

  @Override
  public void save(Trainer training) throws IOException {
    SavedTraining.save(training, files.file(CHECKPOINT));
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
