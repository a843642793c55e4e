package io.github.moe4j.conformance;

/** A file is not a valid reference case, or inconsistent; the message is one line. */
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
