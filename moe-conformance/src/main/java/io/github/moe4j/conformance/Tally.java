package io.github.moe4j.conformance;

import java.util.List;

/** How many cases passed, failed and were skipped. */
record Tally(long passed, long failed, long skipped) {
  static Tally of(List<CaseResult> results) {
    return new Tally(
        count(results, CaseResult.Outcome.PASS),
        count(results, CaseResult.Outcome.FAIL),
        count(results, CaseResult.Outcome.SKIP));
  }

  private static long count(List<CaseResult> results, CaseResult.Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome).count();
  }

  String line() {
    return passed + " passed, " + failed + " failed, " + skipped + " skipped";
  }
}
