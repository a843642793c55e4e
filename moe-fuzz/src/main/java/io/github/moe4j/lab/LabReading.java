package io.github.moe4j.lab;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.text.Domain;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.lab.variant.VariantGrid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import picocli.CommandLine;

/** What the lab reads before it trains: options, and the files of an interrupted run. */
public final class LabReading {
  /** The state of the training under way. */
  public static final String STATE = LabFolder.CHECKPOINT;

  private static final int STEPS = 6;
  private static final LabOptions OPTIONS = new LabOptions(
      3, STEPS, 2, 0.01, 0.2, new ModelOptions(4, 1, 1, 8), new LayerOptions(4, 4, 3, 2));

  private final Experiment experiment;
  private final List<Trainer> trainings = new ArrayList<>();

  private LabReading(Workers workers) {
    this.experiment = new Experiment(
        new VariantGrid(
                List.of("top-k", "deepseek-v3"), List.of(), List.of(), List.of("3"), List.of(2))
            .variants(),
        List.of(OPTIONS.seed()),
        OPTIONS,
        new Corpus(List.of(domain("letters", "abcdefgh"), domain("digits", "01234567"))),
        "a text",
        "file",
        Map.of("steps", String.valueOf(STEPS)));
    experiment
        .variants()
        .forEach(
            variant -> trainings.add(new Trainer(variant, OPTIONS, experiment.split(), workers)));
  }

  private static Domain domain(String name, String text) {
    return new Domain(name, IntStream.range(0, 20).mapToObj(i -> text + i).toList());
  }

  /** Trains one model and most of another one, and leaves the files in a folder. */
  public static LabReading interrupted(Path folder) throws IOException {
    LabReading reading = new LabReading(Workers.inTurn(1));
    AtomicInteger asked = new AtomicInteger();
    Lab.run(
        reading.experiment,
        LabFolder.start(RunFiles.in(folder), reading.experiment),
        () -> asked.getAndIncrement() == 2 * STEPS - 2,
        Progress.quiet());
    return reading;
  }

  /** The files that a run is resumed from. */
  public static Set<String> files() {
    return Set.of(STATE, LabReport.DATA);
  }

  /**
   * Reads the files up to the first step, and what the end of the training would read of them.
   *
   * @throws IllegalArgumentException if they are refused
   * @throws IOException also if they are refused
   */
  public void resume(Path folder) throws IOException {
    LabRun run = LabRun.resume(RunFiles.in(folder), experiment);
    for (Trainer training : trainings) {
      run.store().resume(training);
      training.result();
    }
  }

  /**
   * Reads options from a file.
   *
   * @param text that the command line names
   * @throws IllegalArgumentException if they are refused
   * @throws IOException also if they are refused
   */
  public static void options(Path file, Path text) throws IOException {
    CommandLine line = new CommandLine(new LabCommand());
    line.parseArgs("--text", text.toString());
    RunOptions run = new RunOptions();
    FileOptions.of(line, file).into(run);
    try {
      run.checkedElsewhere();
    } catch (NumberFormatException e) {
      throw e;
    } catch (
        IllegalArgumentException e) { // of options that do not fit together, wherever they are from
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }
}
