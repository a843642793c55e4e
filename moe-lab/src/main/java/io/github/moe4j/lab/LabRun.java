package io.github.moe4j.lab;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.text.Scripts;
import io.github.moe4j.lab.text.Split;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * An experiment in a folder, to be started or resumed.
 *
 * @param experiment the planned run
 * @param store its results and state
 */
record LabRun(Experiment experiment, LabStore<Trainer> store) {

  /** A new run: files of a former run are overwritten or removed. */
  static LabRun start(RunFiles files, Experiment experiment) throws IOException {
    return new LabRun(experiment, LabFolder.start(files, experiment));
  }

  /**
   * The run in a folder.
   *
   * @throws IllegalArgumentException if that has other options or another text: the models of one
   *     report would not be comparable
   */
  static LabRun resume(RunFiles files, Experiment experiment) throws IOException {
    requireResumable(files.folder(), experiment);
    return new LabRun(experiment, LabFolder.resume(files, experiment));
  }

  /** Throws if the run in a folder has other options or another text. */
  static void requireResumable(Path folder, Experiment experiment) {
    LabResult before = LabReport.read(folder);
    Path file = folder.resolve(LabReport.DATA);
    RankOptions.requireSameKind(file, before.configuration(), experiment.configuration());
    Set<String> names = new LinkedHashSet<>(before.configuration().keySet());
    names.addAll(experiment.configuration().keySet());
    names.removeAll(RankOptions.NAMES);
    requireSame(file, names, before.configuration(), experiment.configuration());
    Split split = experiment.split();
    Map<String, String> text = experiment.text(split);
    requireSame(file, text.keySet(), before.environment(), text);
    Require.that(
        before.domains().equals(split.train().domainNames())
            && before.scripts().equals(Scripts.of(split).names()),
        "%s: domains and scripts must be those of the text",
        file);
    for (ModelResult model : before.models()) {
      requireOf(experiment, model, file);
    }
  }

  /** What a file says that somebody changed: a run writes its own models only. */
  private static void requireOf(Experiment experiment, ModelResult model, Path file) {
    Require.that(
        experiment.has(model.name(), model.seed()),
        "%s: models must be of the run but one is %s with seed %d",
        file,
        model.name(),
        model.seed());
    Require.that(
        model.steps() <= experiment.options().steps(),
        "%s: %s with seed %d must have at most %d steps, those of the run, but has %d",
        file,
        model.name(),
        model.seed(),
        experiment.options().steps(),
        model.steps());
  }

  private static void requireSame(
      Path file, Set<String> names, Map<String, String> before, Map<String, String> now) {
    for (String name : names) {
      String was = before.getOrDefault(name, "not set");
      String is = now.getOrDefault(name, "not set");
      if (!was.equals(is)) {
        throw new IllegalArgumentException(
            "%s: %s must be %s as in the run to resume but was %s".formatted(file, name, was, is));
      }
    }
  }

  /** Trains the remaining models, until it is interrupted. */
  LabResult run(PrintWriter err) throws IOException {
    long steps = (long) experiment.options().steps() * experiment.runs();
    try (Watch watch = Watch.open("lab", steps, "steps", err)) {
      return Lab.run(experiment, store, watch, watch.progress());
    }
  }
}
