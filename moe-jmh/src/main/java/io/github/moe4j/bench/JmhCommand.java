package io.github.moe4j.bench;

import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.bench.jmh.RouterRuns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** The command {@code jmh …}: JMH's own command line over the benchmarks of this project. */
@Command(
    name = "jmh",
    customSynopsis = "moe4j jmh [ARGUMENTS OF JMH...]",
    description = {
      "Runs the JMH benchmarks; all arguments are passed to JMH unchanged.",
      "moe4j jmh -h lists JMH's arguments, moe4j jmh -l the benchmarks."
    },
    preprocessor = JmhCommand.Verbatim.class)
final class JmhCommand implements Callable<Integer> {
  private final List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException, CommandLineOptionException, RunnerException {
    if (RouterRuns.areAskedFor(arguments)) {
      RouterRuns.run(arguments);
      return ExitCode.OK;
    }
    org.openjdk.jmh.Main.main(withCatalogues(arguments).toArray(String[]::new));
    return ExitCode.OK;
  }

  /** The same, with all names of a catalogue if the user gives none: JMH needs explicit values. */
  static List<String> withCatalogues(List<String> given) {
    List<String> all = new ArrayList<>(given);
    if (given.stream().noneMatch(argument -> argument.contains("loss="))) {
      all.add("-p");
      all.add("loss=" + String.join(",", LossCatalogue.load().names()));
    }
    return all;
  }

  /** The arguments for JMH, in order. */
  List<String> arguments() {
    return List.copyOf(arguments);
  }

  /** Takes all arguments away before picocli reads them, except a leading --help or --version. */
  static final class Verbatim implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> args,
        CommandSpec command,
        @Nullable ArgSpec argument,
        Map<String, Object> info) {
      if (!args.isEmpty() && List.of("--help", "--version").contains(args.peek())) {
        return false;
      }
      JmhCommand jmh = (JmhCommand) command.userObject();
      while (!args.isEmpty()) {
        jmh.arguments.add(args.pop());
      }
      return false;
    }
  }
}
