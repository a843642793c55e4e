package io.github.moe4j.lab.text;

/** Says in one line why a text cannot be used as a corpus, naming the file where there is one. */
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
