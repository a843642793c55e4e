package io.github.moe4j.lab;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
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
    RankOptions.requireSameKind(before.configuration(), experiment.configuration());
    Set<String> names = new LinkedHashSet<>(before.configuration().keySet());
    names.addAll(experiment.configuration().keySet());
    names.removeAll(RankOptions.NAMES);
    requireSame(names, before.configuration(), experiment.configuration());
    Map<String, String> text = experiment.text(experiment.split());
    requireSame(text.keySet(), before.environment(), text);
  }

  private static void requireSame(
      Set<String> names, Map<String, String> before, Map<String, String> now) {
    for (String name : names) {
      String was = before.getOrDefault(name, "not set");
      String is = now.getOrDefault(name, "not set");
      if (!was.equals(is)) {
        throw new IllegalArgumentException(
            "%s must be %s as in the run to resume but was %s".formatted(name, was, is));
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
