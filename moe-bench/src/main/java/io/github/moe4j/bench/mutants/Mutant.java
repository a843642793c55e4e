package io.github.moe4j.bench.mutants;

/**
 * A mutant of a report.
 *
 * @param detected whether a test failed, no longer ended or broke the process
 * @param status PIT's, such as {@code KILLED} or {@code NO_COVERAGE}
 * @param where file and number of the line
 * @param description what was changed
 */
record Mutant(Place place, boolean detected, String status, String where, String description) {
  boolean timedOut() {
    return status.equals("TIMED_OUT");
  }

  boolean notCovered() {
    return status.equals("NO_COVERAGE");
  }
}
