package io.github.moe4j.lab;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.FileErrors;
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
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folder of a run over ranks, seen from one of them: rank 0 writes the report, all write the state of the current
 * training, in a folder of its own below.
 */
final class RankFolder implements LabStore<RankTrainer> {
  /** In a result's environment the numbers of ranks that a run was over, if several, such as "2, then 3". */
  static final String RANKS_IN_TURN = "ranks in turn";

  private static final String THEN = ", then ";

  private final RunFiles files;
  private final Experiment experiment;
  private final Group group;
  private final List<ModelResult> finished;
  private final Map<String, String> environment;

  private RankFolder(
      RunFiles files,
      Experiment experiment,
      Group group,
      List<ModelResult> finished,
      Map<String, String> environment) {
    this.files = files;
    this.experiment = experiment;
    this.group = group;
    this.finished = finished;
    this.environment = environment;
  }

  /** Prepares a folder for a new run, before the ranks start: report and state of a former run are removed. */
  static void clear(Path folder, Experiment experiment) throws IOException {
    FileErrors.createFolders(folder);
    // The report goes first: without its checkpoint an unfinished model in it would look finished.
    for (String name : List.of(LabReport.DATA, LabReport.CSV, LabReport.PAGE)) {
      Files.deleteIfExists(folder.resolve(name));
    }
    Files.deleteIfExists(folder.resolve(LabFolder.CHECKPOINT));
    for (Path place : places(folder, experiment)) {
      delete(place);
    }
  }

  /** A new run in a folder that was cleared. */
  static RankFolder start(RunFiles files, Experiment experiment, Group group) {
    return new RankFolder(files, experiment, group, List.of(), Map.of());
  }

  /** Resumes the run in the folder; collective. */
  static RankFolder resume(RunFiles files, Experiment experiment, Group group) throws IOException {
    Path folder = files.folder();
    LabResult before = LabReport.read(folder);
    // The report contains the current model's unfinished result.
    List<ModelResult> finished = before.models().stream()
        .filter(model -> model.steps() == experiment.options().steps())
        .filter(model -> !RankCheckpoints.isIn(place(folder, model.name(), model.seed())))
        .toList();
    boolean goesOn =
        !finished.isEmpty() || places(folder, experiment).stream().anyMatch(RankCheckpoints::isIn);
    Map<String, String> environment = goesOn ? ranksInTurn(before, group.size()) : Map.of();
    group.barrier(); // before rank 0 writes anything
    if (group.rank() == 0) {
      for (ModelResult model : finished) {
        delete(place(folder, model.name(), model.seed())); // killed while it did so
      }
    }
    return new RankFolder(files, experiment, group, finished, environment);
  }

  /** What the numbers of a run depend on that goes on over some ranks; nothing if all of it was over as many. */
  private static Map<String, String> ranksInTurn(LabResult before, int now) {
    String ranks = before.configuration().getOrDefault("ranks", Integer.toString(now));
    String all = before.environment().getOrDefault(RANKS_IN_TURN, ranks);
    if (!ranks.equals(Integer.toString(now))) {
      all += THEN + now;
    }
    return all.contains(THEN) ? Map.of(RANKS_IN_TURN, all) : Map.of();
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
  public Map<String, String> environment() {
    return environment;
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
