package io.github.moe4j.lab.text;

/** A text cannot be used as a corpus. The message is one line and names the file, if there is one. */
public final class CorpusException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message one line for the user
   */
  public CorpusException(String message) {
    super(message);
  }

  /**
   * Makes the exception.
   *
   * @param message one line for the user
   * @param cause what failed
   */
  public CorpusException(String message, Throwable cause) {
    super(message, cause);
  }
}
