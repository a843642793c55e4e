package io.github.moe4j.lab;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What is kept of a run.
 *
 * @param folder of the report and of the state of the current training
 * @param traces whether to record decisions
 * @param saveEvery how often the state is saved from which a killed run resumes
 */
record RunFiles(Path folder, boolean traces, Duration saveEvery) {
  /** No traces, and the usual interval. */
  static RunFiles in(Path folder) {
    return new RunFiles(folder, false, OutputOptions.SAVE_EVERY);
  }

  Path file(String name) {
    return folder.resolve(name);
  }
}
