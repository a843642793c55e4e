package io.github.moe4j.lab;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.cli.ShellWord;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.lab.ranks.RankJob;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A run over ranks in a folder.
 *
 * @param experiment the planned run
 * @param files what is kept of it
 * @param resumes whether the run in the folder is resumed
 */
record RankRun(Experiment experiment, RunFiles files, boolean resumes) {
  /**
   * Prepares the folder.
   *
   * @throws IllegalArgumentException if the run in it was of other options or another text
   */
  void prepare() throws IOException {
    if (resumes) {
      LabRun.requireResumable(files.folder(), experiment);
    } else {
      RankFolder.clear(files.folder(), experiment);
    }
  }

  /**
   * Starts all ranks and returns when they have ended.
   *
   * @param arguments options of the run, for ranks in other processes
   * @return the result; not complete if it was interrupted, none if that was before there was one
   * @throws IOException if a rank failed; the message names it
   */
  Optional<LabResult> run(RankOptions options, List<String> arguments, PrintWriter err)
      throws IOException {
    long steps = (long) experiment.options().steps() * experiment.runs();
    try (Watch watch = Watch.open("lab", steps, "steps", err)) {
      Progress progress = watch.progress();
      RankJob job = new RankJob(
          options.ranks(),
          options.timeout(),
          group -> rank(group, watch, group.rank() == 0 ? progress : Progress.quiet()),
          LabRank.class,
          rankArguments(arguments),
          progress::relay);
      try {
        options.engine().run(job);
      } catch (IOException e) {
        if (!watch.getAsBoolean()) {
          throw e;
        }
        // Ctrl-C ends ranks in other processes at once, and soon this one
        err.println(
            isResumable()
                ? "lab: interrupted; resume: lab --resume " + ShellWord.of(files.folder())
                : "lab: interrupted before anything was trained");
        err.flush();
      }
    }
    return isResumable() ? Optional.of(LabReport.read(files.folder())) : Optional.empty();
  }

  /** Whether there is a run in the folder; a new one is there once rank 0 has started. */
  boolean isResumable() {
    return Files.exists(files.file(LabReport.DATA));
  }

  private List<String> rankArguments(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--out=" + files.folder().toAbsolutePath());
    all.add("--save-every=" + files.saveEvery().toSeconds());
    if (resumes) {
      all.add("--resume");
    }
    if (files.traces()) {
      all.add("--trace");
    }
    return all;
  }

  /** What one rank does. */
  void rank(Group group, BooleanSupplier stop, Progress progress) {
    int processors = Runtime.getRuntime().availableProcessors();
    try (Workers workers = Workers.inTurn(Math.max(1, processors / group.size()))) {
      workers.map(1, one -> rank(group, stop, progress, workers));
    }
  }

  private LabResult rank(Group group, BooleanSupplier stop, Progress progress, Workers workers) {
    Lab.Trainings<RankTrainer> trainings =
        (variant, options, split) -> new RankTrainer(variant, options, split, workers, group);
    try {
      RankFolder store = resumes
          ? RankFolder.resume(files, experiment, group)
          : RankFolder.start(files, experiment, group);
      return Lab.run(experiment, trainings, store, stop, progress);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }
}
