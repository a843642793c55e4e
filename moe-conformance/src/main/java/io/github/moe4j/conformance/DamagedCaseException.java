package io.github.moe4j.conformance;

/** Says in one line why a file is no reference case, or why a case contradicts itself. */
public final class DamagedCaseException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** An exception with one line for the user. */
  public DamagedCaseException(String message) {
    super(message);
  }

  /** An exception with one line for the user and what failed. */
  public DamagedCaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
