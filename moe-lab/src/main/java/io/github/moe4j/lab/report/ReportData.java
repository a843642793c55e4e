package io.github.moe4j.lab.report;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.List;

/**
 * The data of a report's page: the result, and what is computed from it.
 *
 * @param result its fields are at the top level
 * @param differences of the models to the first
 * @param unfinished trainings that were interrupted
 */
record ReportData(
    @JsonUnwrapped LabResult result, LabDifferences differences, List<Unfinished> unfinished) {

  /** The progress of a training. */
  record Unfinished(String name, long seed, String progress) {}

  static ReportData of(LabResult result) {
    List<Unfinished> unfinished = new ArrayList<>();
    result
        .unfinished()
        .forEach(
            (run, progress) -> unfinished.add(new Unfinished(run.name(), run.seed(), progress)));
    return new ReportData(result, LabDifferences.of(result), unfinished);
  }
}
