package io.github.moe4j.lab.study;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.lab.LabOptions;
import io.github.moe4j.lab.Workers;
import io.github.moe4j.lab.balance.InitialRouting;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.text.Split;
import java.util.List;
import java.util.Locale;

/**
 * The runs of a study: each mechanism from a collapsed start, controls also from a balanced one.
 *
 * @param mechanisms in the order of the table
 */
record StudyRuns(LabOptions options, List<Mechanism> mechanisms) {
  long count() {
    return mechanisms.size() + mechanisms.stream().filter(Mechanism::isControl).count();
  }

  /** Optimizer steps of all of them. */
  long steps() {
    return options.steps() * count();
  }

  /**
   * Runs them in order and reports each on standard error.
   *
   * @param rows Modified: gets those that ended.
   */
  void run(Watch watch, List<StudyRow> rows) {
    Split split = Corpus.displayNames().split(options.seed(), options.validationShare());
    try (Workers workers = new Workers()) {
      BalanceStudy study = new BalanceStudy(options, split, workers, watch);
      for (Mechanism mechanism : mechanisms) {
        for (InitialRouting start : InitialRouting.values()) {
          if (start == InitialRouting.COLLAPSED || mechanism.isControl()) {
            StudyRow row = study.run(mechanism, start);
            rows.add(row);
            watch.progress().note(line(row, rows.size()));
          }
        }
      }
    }
  }

  private String line(StudyRow row, int done) {
    return String.format(
        Locale.ROOT,
        "%d of %d: %s, %s start: load CV %.2f to %.2f, %.4f bits per byte",
        done,
        count(),
        row.mechanism().name(),
        row.start().name().toLowerCase(Locale.ROOT),
        row.cvBefore(),
        row.cvAfter(),
        row.bitsPerByte());
  }
}
