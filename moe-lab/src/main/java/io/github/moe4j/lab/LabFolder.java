package io.github.moe4j.lab;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.variant.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A folder with the report so far and, as {@value #CHECKPOINT}, the state of the current training. */
final class LabFolder implements LabStore {
  static final String CHECKPOINT = "training.checkpoint";

  private final Path folder;
  private final Experiment experiment;
  private final boolean traces;
  private final List<ModelResult> finished;
  private final @Nullable Checkpoint underWay;

  private LabFolder(
      Path folder,
      Experiment experiment,
      boolean traces,
      List<ModelResult> finished,
      @Nullable Checkpoint underWay) {
    this.folder = folder;
    this.experiment = experiment;
    this.traces = traces;
    this.finished = finished;
    this.underWay = underWay;
  }

  /** Starts a new run: results of a former run in the folder are overwritten or removed. */
  static LabFolder start(Path folder, Experiment experiment, boolean traces) throws IOException {
    Files.createDirectories(folder);
    Files.deleteIfExists(folder.resolve(CHECKPOINT));
    return new LabFolder(folder, experiment, traces, List.of(), null);
  }

  /** Resumes the run in the folder. */
  static LabFolder resume(Path folder, Experiment experiment, boolean traces) throws IOException {
    LabResult before = LabReport.read(folder);
    Path file = folder.resolve(CHECKPOINT);
    Checkpoint saved = Files.exists(file) ? Checkpoint.load(file) : null;
    // The report contains the current model's unfinished result.
    List<ModelResult> finished = before.models().stream()
        .filter(model -> saved == null || !isOf(saved, model.name(), model.seed()))
        .toList();
    return new LabFolder(folder, experiment, traces, finished, saved);
  }

  private static boolean isOf(Checkpoint saved, String name, long seed) {
    return saved.text("run.name").equals(name) && saved.number("run.seed") == seed;
  }

  @Override
  public List<ModelResult> finished() {
    return finished;
  }

  @Override
  public Optional<Checkpoint> underWay(Variant variant, long seed) {
    return Optional.ofNullable(underWay).filter(saved -> isOf(saved, variant.name(), seed));
  }

  @Override
  public void save(Variant variant, long seed, Checkpoint.Builder state) throws IOException {
    state.text("run.name", variant.name()).longs("run.seed", seed).save(folder.resolve(CHECKPOINT));
  }

  @Override
  public void write(LabResult result) throws IOException {
    LabReport.write(result, folder, true);
  }

  @Override
  public void done() throws IOException {
    Files.deleteIfExists(folder.resolve(CHECKPOINT));
  }

  @Override
  public void trace(Trainer trainer, Variant variant, long seed) throws IOException {
    if (traces) {
      trainer.trace(folder.resolve(experiment.fileName(variant, seed) + ".trace"));
    }
  }
}
