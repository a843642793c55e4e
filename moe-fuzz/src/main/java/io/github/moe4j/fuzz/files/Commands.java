package io.github.moe4j.fuzz.files;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Runs commands as the command line does. */
final class Commands {
  private Commands() {}

  /** The one line that a command has printed for an error. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String line) {
      super(line);
    }
  }

  /**
   * Runs one.
   *
   * @throws Refusal if it ends with an error
   * @throws Exception what it does not handle
   */
  static void run(Object command, Object... arguments) throws Exception {
    StringWriter error = new StringWriter();
    CommandLine line = new CommandLine(command)
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(error))
        .setExecutionExceptionHandler((e, own, parsed) -> {
          throw e;
        });
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int code = line.execute(texts);
    if (code != ExitCode.OK) {
      String said = error.toString().stripTrailing();
      if (said.lines().count() != 1) {
        throw new AssertionError("an error must be one line but was " + said);
      }
      throw new Refusal(said);
    }
  }
}
