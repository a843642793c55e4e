package io.github.moe4j.cli;

/** Thrown when work stops on request; results measured before are valid. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Without a stack trace: it is no error. */
  public StoppedException() {
    super("stopped on request", null, false, false);
  }
}
