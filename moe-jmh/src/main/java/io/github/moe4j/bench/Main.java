package io.github.moe4j.bench;

import io.github.moe4j.bench.distributed.DistributedCommand;
import io.github.moe4j.bench.doctor.DoctorCommand;
import io.github.moe4j.bench.inspect.InspectCommand;
import io.github.moe4j.bench.jmh.JmhTableCommand;
import io.github.moe4j.bench.plan.PlanCommand;
import io.github.moe4j.bench.report.BenchReportCommand;
import io.github.moe4j.bench.roofline.RooflineCommand;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.TerminalWriter;
import io.github.moe4j.cli.Version;
import io.github.moe4j.lab.LabCommand;
import io.github.moe4j.lab.routers.RoutersCommand;
import io.github.moe4j.lab.study.BalanceCommand;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code moe4j}. A new command is one more class in {@code subcommands}; it inherits
 * {@code --help}, {@code --version} and {@code --verbose}.
 *
 * <p>Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted. An error is one line on standard error;
 * {@code --verbose} or {@code -Dmoe.verbose=true} adds the stack trace. Without a command the usage is printed there.
 */
@Command(
    name = "moe4j",
    description =
        "Compares routers, balancing mechanisms and experts of moe4j, Mixture-of-Experts layers for the JVM.",
    subcommands = {
      LabCommand.class,
      BalanceCommand.class,
      RoutersCommand.class,
      InspectCommand.class,
      DistributedCommand.class,
      PlanCommand.class,
      DoctorCommand.class,
      RooflineCommand.class,
      JmhCommand.class,
      JmhTableCommand.class,
      BenchReportCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT)
public final class Main implements Callable<Integer> {
  private static final String VERBOSE = "moe.verbose";

  @Spec
  private @Nullable CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    start(args);
  }

  /**
   * Runs a command and ends the JVM with its exit code.
   *
   * @param args of the command line. Not modified.
   * @param more additional commands, each an object that picocli can run
   */
  public static void start(String[] args, Object... more) {
    // Must be set before the first class of ND4J is loaded.
    if (System.getProperty("org.nd4j.log.initialization") == null) {
      System.setProperty("org.nd4j.log.initialization", "false");
    }
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    System.exit(run(commandLine(out, err, more), args));
  }

  /**
   * The command with its subcommands, not yet run.
   *
   * @param out standard output
   * @param err errors, one line each
   * @param more additional commands, each an object that picocli can run
   */
  public static CommandLine commandLine(PrintWriter out, PrintWriter err, Object... more) {
    Main main = new Main();
    CommandLine all = new CommandLine(main);
    PrintWriter safeErr = TerminalWriter.over(err);
    for (Object command : more) {
      all.addSubcommand(command);
    }
    return all.setOut(TerminalWriter.over(out))
        .setErr(safeErr)
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, wrong) -> wrongUsage(e))
        .setExecutionExceptionHandler((e, command, parsed) -> main.failed(e, safeErr));
  }

  /** Without a command: says which there are. */
  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    line.usage(line.getErr());
    return ExitCode.USAGE;
  }

  /**
   * Runs a command and returns its exit code.
   *
   * @param commandLine of {@link #commandLine}
   * @param args of the command line. Not modified.
   */
  public static int run(CommandLine commandLine, String... args) {
    try {
      return commandLine.execute(args);
    } catch (LinkageError | OutOfMemoryError | StackOverflowError | ServiceConfigurationError e) {
      // Not exceptions, so picocli lets them through: no native library for this machine, or no
      // class of the name of a provider, say.
      Main main = commandLine.getCommand();
      return main.failed(e, commandLine.getErr());
    }
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(Failure.line(e.getMessage()) + " (see " + name + " --help)");
    return ExitCode.USAGE;
  }

  private int failed(Throwable thrown, PrintWriter err) {
    // That a class could not start says nothing; why it could not, such as a wrong property, does.
    Throwable e = thrown instanceof ExceptionInInitializerError && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
    String name = e.getClass().getSimpleName();
    String message = Failure.message(e);
    err.println("error: " + (message.equals(name) ? name : name + ": " + message));
    if (verbose || Boolean.getBoolean(VERBOSE)) {
      e.printStackTrace(err);
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }
}
