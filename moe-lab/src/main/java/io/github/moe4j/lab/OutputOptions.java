package io.github.moe4j.lab;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.report.LabReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The folder of a run: a new one, or that of a run to resume. */
final class OutputOptions {
  static final Duration SAVE_EVERY = Duration.ofSeconds(15);

  private static final Path DEFAULT_FOLDER = Path.of("lab-report");

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Folder of the report. Default: lab-report, or lab-report-2 and so on.")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "FOLDER",
      description = "Resume the run in the folder of --out or lab-report, with its options.")
  private @Nullable Path resume;

  @Option(
      names = "--save-every",
      paramLabel = "SECONDS",
      description =
          "How often the state is saved from which a killed run resumes (${DEFAULT-VALUE}).")
  private int saveEvery = Math.toIntExact(SAVE_EVERY.toSeconds());

  @Option(names = "--force", description = "Overwrite an existing report.")
  private boolean force;

  /** Whether the folder's run is to be resumed. */
  boolean resumes() {
    return resume != null;
  }

  /**
   * What is kept in a folder.
   *
   * @throws IllegalArgumentException if the interval is negative
   */
  RunFiles files(Path folder, boolean traces) {
    Require.that(saveEvery >= 0, "save-every must be at least 0 but was %d", saveEvery);
    return new RunFiles(folder, traces, Duration.ofSeconds(saveEvery));
  }

  /**
   * The folder: of the run to resume, or of a new one.
   *
   * @throws IllegalArgumentException if there is no run to resume
   * @throws IOException if there is a report and no --force
   */
  Path folder() throws IOException {
    if (resume != null) {
      Path named = resume.toString().isEmpty() ? null : resume;
      Path folder = named != null ? named : out != null ? out : DEFAULT_FOLDER;
      if (!Files.exists(folder.resolve(LabReport.DATA))) {
        throw new IllegalArgumentException(folder + " holds no run to resume");
      }
      return folder;
    }
    if (out != null) {
      if (!force) {
        LabReport.requireFree(out);
      }
      return out;
    }
    Path folder = DEFAULT_FOLDER;
    for (int i = 2; !force && Files.exists(folder); i++) {
      folder = Path.of(DEFAULT_FOLDER + "-" + i);
    }
    return folder;
  }
}
