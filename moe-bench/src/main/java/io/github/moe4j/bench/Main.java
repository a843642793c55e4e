package io.github.moe4j.bench;

import io.github.moe4j.bench.doctor.DoctorCommand;
import io.github.moe4j.bench.jmh.JmhTableCommand;
import io.github.moe4j.bench.params.ParamsCommand;
import io.github.moe4j.bench.peers.PeersCommand;
import io.github.moe4j.bench.report.BenchReportCommand;
import io.github.moe4j.bench.roofline.RooflineCommand;
import io.github.moe4j.bench.scaling.ScalingCommand;
import io.github.moe4j.cli.Version;
import io.github.moe4j.conformance.ConformanceCommand;
import io.github.moe4j.lab.LabCommand;
import io.github.moe4j.lab.routers.RoutersCommand;
import io.github.moe4j.lab.study.BalanceCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/**
 * The command {@code moe-bench}. A new command is one more class in {@code subcommands}; it inherits
 * {@code --help}, {@code --version} and {@code --verbose}.
 *
 * <p>Exit codes: 0 good, 1 failed, 2 wrong usage, 130 interrupted. An error is one line on standard error; the stack
 * trace comes with {@code --verbose} or {@code -Dmoe.verbose=true}.
 */
@Command(
    name = "moe-bench",
    description =
        "Benchmarks and conformance runs of moe4j, Mixture-of-Experts layers for the JVM.",
    subcommands = {
      LabCommand.class,
      BalanceCommand.class,
      ConformanceCommand.class,
      RoutersCommand.class,
      ParamsCommand.class,
      DoctorCommand.class,
      RooflineCommand.class,
      PeersCommand.class,
      ScalingCommand.class,
      JmhCommand.class,
      JmhTableCommand.class,
      BenchReportCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT)
public final class Main {
  private static final String VERBOSE = "moe.verbose";

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    // Must be set before the first class of ND4J is loaded.
    if (System.getProperty("org.nd4j.log.initialization") == null) {
      System.setProperty("org.nd4j.log.initialization", "false");
    }
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    System.exit(run(commandLine(out, err), args));
  }

  /**
   * The command with its subcommands, not yet run.
   *
   * @param out standard output
   * @param err errors, one line each
   */
  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    Main main = new Main();
    return new CommandLine(main)
        .setOut(out)
        .setErr(err)
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((e, wrong) -> wrongUsage(e))
        .setExecutionExceptionHandler((e, command, parsed) -> main.failed(e, err));
  }

  /** Runs a command and returns its exit code. */
  static int run(CommandLine commandLine, String... args) {
    try {
      return commandLine.execute(args);
    } catch (LinkageError | OutOfMemoryError | StackOverflowError e) {
      // Not exceptions, so picocli lets them through: no native library for this machine, say.
      Main main = commandLine.getCommand();
      return main.failed(e, commandLine.getErr());
    }
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(oneLine(e.getMessage()) + " (see " + name + " --help)");
    return ExitCode.USAGE;
  }

  private int failed(Throwable thrown, PrintWriter err) {
    // That a class could not start says nothing; why it could not, such as a wrong property, does.
    Throwable e = thrown instanceof ExceptionInInitializerError && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
    String message = e.getMessage();
    err.println("error: " + e.getClass().getSimpleName()
        + (message == null ? "" : ": " + oneLine(message)));
    if (verbose || Boolean.getBoolean(VERBOSE)) {
      e.printStackTrace(err);
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
