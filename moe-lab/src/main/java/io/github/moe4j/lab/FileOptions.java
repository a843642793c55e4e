package io.github.moe4j.lab;

import io.github.moe4j.core.internal.Shown;
import io.github.moe4j.lab.report.LabReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TraceLevel;

/**
 * Merges the options of a file with those of the command line, which take precedence.
 *
 * @param arguments as {@link RunOptions} takes them
 */
record FileOptions(List<String> arguments) {

  /**
   * Both as one list of arguments.
   *
   * @param line the parsed command line
   * @param file with more options, or null for none
   */
  static FileOptions of(CommandLine line, @Nullable Path file) throws IOException {
    CommandSpec known = CommandSpec.forAnnotatedObject(new RunOptions());
    List<String> arguments = new ArrayList<>();
    if (file != null) {
      for (Map.Entry<String, String> entry : RunFile.read(file).entrySet()) {
        OptionSpec option = known.findOption("--" + entry.getKey());
        if (option == null) {
          throw new IllegalArgumentException(
              "%s: %s is not an option of a run".formatted(file, Shown.of(entry.getKey())));
        }
        if (!line.getParseResult().hasMatchedOption(option.longestName())) {
          arguments.add(option.longestName() + "=" + entry.getValue());
        }
      }
      requireValid(file, arguments);
    }
    for (OptionSpec option : line.getParseResult().matchedOptions()) {
      if (known.findOption(option.longestName()) != null) {
        option
            .originalStringValues()
            .forEach(value -> arguments.add(option.longestName() + "=" + value));
      }
    }
    return new FileOptions(arguments);
  }

  /** Throws if a value of the file is invalid, whatever the command line says. */
  private static void requireValid(Path file, List<String> arguments) {
    try {
      new FileOptions(arguments).into(new RunOptions());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The options of a finished or interrupted run.
   *
   * @param folder of the run
   */
  static FileOptions ofRun(Path folder) throws IOException {
    return new FileOptions(RunFile.read(folder.resolve(LabReport.DATA)).entrySet().stream()
        .map(entry -> "--" + entry.getKey() + "=" + entry.getValue())
        .toList());
  }

  /** Sets the options; an error if a value is invalid. */
  void into(RunOptions run) {
    CommandLine.tracer().setLevel(TraceLevel.OFF); // prints values of files as they are
    try {
      new CommandLine(run).parseArgs(arguments.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
