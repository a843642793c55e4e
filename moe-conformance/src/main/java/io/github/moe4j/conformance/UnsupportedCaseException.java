package io.github.moe4j.conformance;

/** An option of a valid case has no counterpart in the library or its family; the message is one line. */
public final class UnsupportedCaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with one line for the user. */
  public UnsupportedCaseException(String message) {
    super(message);
  }
}
