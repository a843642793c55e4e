package io.github.moe4j.fuzz.files;

import io.github.moe4j.cli.TerminalWriter;
import io.github.moe4j.core.internal.Shown;
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
    StringWriter printed = new StringWriter();
    StringWriter error = new StringWriter();
    CommandLine line = new CommandLine(command)
        .setOut(TerminalWriter.over(new PrintWriter(printed)))
        .setErr(TerminalWriter.over(new PrintWriter(error)))
        .setExecutionExceptionHandler((e, own, parsed) -> {
          throw e;
        });
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int code = line.execute(texts);
    requireHarmless(printed.toString());
    requireHarmless(error.toString());
    if (code != ExitCode.OK) {
      String said = error.toString().stripTrailing();
      if (said.lines().count() != 1) {
        throw new AssertionError("an error must be one line but was " + said);
      }
      throw new Refusal(said);
    }
  }

  /** Nothing that a terminal takes for a command, not even a colour. */
  private static void requireHarmless(String printed) {
    printed.lines().forEach(line -> {
      if (!Shown.escaped(line).equals(line)) {
        throw new AssertionError(
            "lines must be without escape sequences but one was " + Shown.escaped(line));
      }
    });
  }
}
