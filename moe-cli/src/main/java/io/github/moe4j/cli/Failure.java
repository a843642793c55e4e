package io.github.moe4j.cli;

import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.Shown;
import java.io.PrintWriter;

/** The one line that a command prints for an error. */
public final class Failure {
  /** Of a line; a value of the command line or of a file may have millions. */
  private static final int MOST_CHARACTERS = 1000;

  private Failure() {}

  /** Prints it, and flushes. */
  public static void print(PrintWriter err, String command, Throwable e) {
    err.println(command + ": " + message(e));
    err.flush();
  }

  /** What went wrong: with file and reason if the file system says so, in one line and not too long. */
  public static String message(Throwable e) {
    return line(FileErrors.message(e));
  }

  /** A message in one line and not too long. */
  public static String line(String message) {
    return Shown.message(message, MOST_CHARACTERS);
  }
}
