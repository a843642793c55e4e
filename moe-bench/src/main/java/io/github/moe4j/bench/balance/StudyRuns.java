package io.github.moe4j.bench.balance;

import io.github.moe4j.bench.Watch;
import io.github.moe4j.bench.lab.LabOptions;
import io.github.moe4j.bench.lab.Workers;
import io.github.moe4j.bench.lab.balance.Mechanism;
import io.github.moe4j.bench.lab.balance.Start;
import io.github.moe4j.bench.lab.text.Corpus;
import io.github.moe4j.bench.lab.text.Split;
import java.util.List;
import java.util.Locale;

/**
 * The runs of a study: each mechanism from a collapsed start, controls from an even one too.
 *
 * @param mechanisms in the order of the table
 */
record StudyRuns(LabOptions options, List<Mechanism> mechanisms) {
  long count() {
    return mechanisms.size() + mechanisms.stream().filter(Mechanism::isControl).count();
  }

  /** Optimiser steps of all of them. */
  long steps() {
    return options.steps() * count();
  }

  /**
   * Runs one after another and tells of each on standard error as it ends.
   *
   * @param rows Modified: gets those that ended.
   */
  void run(Watch watch, List<StudyRow> rows) {
    Split split = Corpus.displayNames().split(options.seed(), options.validationShare());
    try (Workers workers = new Workers()) {
      BalanceStudy study = new BalanceStudy(options, split, workers, watch);
      for (Mechanism mechanism : mechanisms) {
        for (Start start : Start.values()) {
          if (start == Start.COLLAPSED || mechanism.isControl()) {
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
