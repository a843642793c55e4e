package io.github.moe4j.conformance;

import io.github.moe4j.core.internal.Shown;

/** A file is not a valid reference case, or inconsistent; the message is one line. */
public final class DamagedCaseException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Values of the file are among them. */
  private static final int MOST_CHARACTERS = 500;

  /** An exception with one line for the user. */
  public DamagedCaseException(String message) {
    super(Shown.message(message, MOST_CHARACTERS));
  }

  /** An exception with one line for the user and what failed. */
  public DamagedCaseException(String message, Throwable cause) {
    super(Shown.message(message, MOST_CHARACTERS), cause);
  }
}
