package io.github.moe4j.lab;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.variant.Variant;
import io.github.moe4j.parallel.checkpoint.RankCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of a run over ranks, seen from one of them: rank 0 writes the report, all write the state of the current
 * training, in a folder of its own below.
 */
final class RankFolder implements LabStore<RankTrainer> {
  private final RunFiles files;
  private final Experiment experiment;
  private final Group group;
  private final List<ModelResult> finished;

  private RankFolder(
      RunFiles files, Experiment experiment, Group group, List<ModelResult> finished) {
    this.files = files;
    this.experiment = experiment;
    this.group = group;
    this.finished = finished;
  }

  /** Prepares a folder for a new run, before the ranks start: what a former run would resume from is removed. */
  static void clear(Path folder, Experiment experiment) throws IOException {
    Files.createDirectories(folder);
    Files.deleteIfExists(folder.resolve(LabFolder.CHECKPOINT));
    for (Path place : places(folder, experiment)) {
      delete(place);
    }
  }

  /** A new run in a folder that was cleared. */
  static RankFolder start(RunFiles files, Experiment experiment, Group group) {
    return new RankFolder(files, experiment, group, List.of());
  }

  /** Resumes the run in the folder; collective. */
  static RankFolder resume(RunFiles files, Experiment experiment, Group group) {
    Path folder = files.folder();
    // The report contains the current model's unfinished result.
    List<ModelResult> finished = LabReport.read(folder).models().stream()
        .filter(model -> !RankCheckpoints.isIn(place(folder, model.name(), model.seed())))
        .toList();
    group.barrier(); // before rank 0 writes anything
    return new RankFolder(files, experiment, group, finished);
  }

  private static Path place(Path folder, String model, long seed) {
    return folder.resolve(Variant.fileName(model) + "-seed-" + seed + ".ranks");
  }

  private static List<Path> places(Path folder, Experiment experiment) {
    List<Path> all = new ArrayList<>();
    for (Variant variant : experiment.variants()) {
      experiment.seeds().forEach(seed -> all.add(place(folder, variant.name(), seed)));
    }
    return all;
  }

  private Path place(RankTrainer training) {
    return place(files.folder(), training.variant().name(), training.options().seed());
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
  public void resume(RankTrainer training) throws IOException {
    if (training.holds(RankCheckpoints.isIn(place(training)))) {
      training.restore(place(training));
    }
  }

  @Override
  public void save(RankTrainer training) throws IOException {
    training.save(place(training));
  }

  @Override
  public void write(LabResult result) throws IOException {
    if (group.rank() == 0) {
      LabReport.write(result, files.folder(), true);
    }
  }

  @Override
  public void done(RankTrainer training) throws IOException {
    group.barrier();
    if (group.rank() == 0) {
      delete(place(training));
    }
  }

  /** The manifest goes first: without it there is nothing to resume. */
  private static void delete(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return;
    }
    RankCheckpoints.delete(place);
    try (Stream<Path> left = Files.list(place)) {
      if (left.findAny().isPresent()) {
        return; // not ours
      }
    }
    Files.delete(place);
  }

  @Override
  public void trace(RankTrainer training) throws IOException {
    if (files.traces()) {
      training.trace(files.file(experiment.traceName(training)));
    }
  }
}
