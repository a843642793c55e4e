package io.github.moe4j.conformance;

/**
 * The result of one case.
 *
 * @param name of the case
 * @param outcome whether the library agrees
 * @param reason why it failed or was skipped, in one line; empty if it passed
 */
public record CaseResult(String name, Outcome outcome, String reason) {
  /** Whether the library agrees with a case. */
  public enum Outcome {
    /** Every recorded number matches. */
    PASS,
    /** A number differs or was not compared, or the case cannot be read or run. */
    FAIL,
    /** Not supported: an unknown family, or an option without counterpart. */
    SKIP
  }

  /** Makes the reason one line. */
  public CaseResult {
    reason = reason.replaceAll("\\s*\\R\\s*", " ");
  }

  static CaseResult pass(String name) {
    return new CaseResult(name, Outcome.PASS, "");
  }

  static CaseResult fail(String name, String reason) {
    return new CaseResult(name, Outcome.FAIL, reason);
  }

  static CaseResult skip(String name, String reason) {
    return new CaseResult(name, Outcome.SKIP, reason);
  }

  /** One line for the user: {@code PASS name} or {@code FAIL name (reason)}. */
  public String line() {
    return outcome + " " + name + (reason.isEmpty() ? "" : " (" + reason + ")");
  }
}
