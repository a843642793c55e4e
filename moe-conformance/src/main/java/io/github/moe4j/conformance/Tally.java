package io.github.moe4j.conformance;

import java.util.List;

/**
 * How many cases and folders passed, failed and were skipped.
 *
 * @param passed cases
 * @param folders that passed
 * @param failed cases and folders
 * @param skipped cases
 */
record Tally(long passed, long folders, long failed, long skipped) {
  static Tally of(List<CaseResult> cases, List<CaseResult> folders) {
    return new Tally(
        count(cases, CaseResult.Outcome.PASS),
        count(folders, CaseResult.Outcome.PASS),
        count(cases, CaseResult.Outcome.FAIL) + count(folders, CaseResult.Outcome.FAIL),
        count(cases, CaseResult.Outcome.SKIP));
  }

  private static long count(List<CaseResult> results, CaseResult.Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome).count();
  }

  String line() {
    return passed
        + " passed, "
        + (folders == 0 ? "" : folders + " folders passed, ")
        + failed
        + " failed, "
        + skipped
        + " skipped";
  }
}
