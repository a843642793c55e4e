package io.github.moe4j.cli;

/** The work was asked to end and ends here; what was measured before still counts. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Without a stack trace: it is no error. */
  public StoppedException() {
    super("asked to stop", null, false, false);
  }
}
