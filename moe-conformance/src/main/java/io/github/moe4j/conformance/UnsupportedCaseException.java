package io.github.moe4j.conformance;

/** Says in one line which option of a sound case the library or its family has no answer to. */
public final class UnsupportedCaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with one line for the user. */
  public UnsupportedCaseException(String message) {
    super(message);
  }
}
