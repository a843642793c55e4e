package io.github.moe4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ServiceConfigurationError;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine =
      Main.commandLine(new PrintWriter(out), new PrintWriter(err));

  private int run(String... args) {
    return Main.run(commandLine, args);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "doctor --help", "jmh --help"})
  void run_help_printsUsage(String arguments) {
    assertEquals(0, run(arguments.split(" ")));
    assertTrue(out.toString().startsWith("Usage: moe4j"), out.toString());
    assertEquals("", err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "doctor --version", "jmh --version"})
  void run_version_printsIt(String arguments) {
    assertEquals(0, run(arguments.split(" ")));
    assertTrue(out.toString().startsWith("moe4j "), out.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "doctor --nonsense", "doctor a b"})
  void run_wrongUsage_isOneLineAndCode2(String arguments) {
    assertEquals(2, run(arguments.split(" ")));
    assertEquals("", out.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("--help)"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--verbose"})
  void run_noCommand_listsThem(String arguments) {
    assertEquals(2, arguments.isEmpty() ? run() : run(arguments));
    assertEquals("", out.toString());
    for (String command : new String[] {"Usage: moe4j", "  lab ", "  jmh ", "  bench-report "}) {
      assertTrue(err.toString().contains(command), err.toString());
    }
  }

  @Test
  void run_strangeFileName_cannotControlTheTerminal() {
    assertEquals(2, run("bench-report", "a\u001b[2J\nb.json", "--out", "x\u0007.html"));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("a\\u001b[2J b.json"), err.toString());
  }

  @Test
  void run_hugeValue_isNotEchoed() {
    assertEquals(2, run("roofline", "--runs", "1".repeat(1_000_000)));
    assertTrue(err.toString().startsWith("Invalid value for option '--runs'"), err.toString());
    assertTrue(err.toString().length() < 1200, err.toString());
    assertTrue(err.toString().contains("--help)"), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "distributed bench --ranks 2147483647 | 2147483647 processes need at least 107.4 PB",
        "distributed check --ranks 2147483647 --experts 8 | 2147483647 ranks need at least",
        "distributed check --experts 2147483647 | 2147483647 experts need at least",
      })
  void run_sizesThatCannotFit_isOneLineAndCode2(String arguments, String message) {
    assertEquals(2, run(arguments.split(" ")));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(message), err.toString());
  }

  @Test
  void commandLine_moreCommands_inheritOptions() {
    CommandLine more = Main.commandLine(
        new PrintWriter(out), new PrintWriter(err), new Boom(new IllegalStateException("no")));
    assertEquals(0, Main.run(more, "boom", "--help"));
    assertTrue(out.toString().startsWith("Usage: moe4j boom"), out.toString());
    assertEquals(1, Main.run(more, "boom", "--verbose"));
    assertTrue(err.toString().contains("\tat "), err.toString());
  }

  @Command(name = "boom")
  static final class Boom implements Callable<Integer> {
    private final Throwable problem;

    Boom(Throwable problem) {
      this.problem = problem;
    }

    @Override
    public Integer call() throws Exception {
      if (problem instanceof Error error) {
        throw error;
      }
      throw (Exception) problem;
    }
  }

  @Test
  void run_unexpectedException_isOneLineAndCode1() {
    commandLine.addSubcommand(new Boom(new IllegalStateException("first\n second")));
    assertEquals(1, run("boom"));
    assertEquals("error: IllegalStateException: first second", err.toString().strip());
  }

  @Test
  void run_missingNativeCode_isOneLineAndCode1() {
    commandLine.addSubcommand(new Boom(new UnsatisfiedLinkError("no nd4j")));
    assertEquals(1, run("boom"));
    assertEquals("error: UnsatisfiedLinkError: no nd4j", err.toString().strip());
  }

  @Test
  void run_providerThatIsNotCompiled_isOneLineAndCode1() {
    commandLine.addSubcommand(new Boom(new ServiceConfigurationError("Provider a.B not found")));
    assertEquals(1, run("boom"));
    assertEquals(
        "error: ServiceConfigurationError: Provider a.B not found",
        err.toString().strip());
  }

  @Test
  void run_classThatDoesNotStart_saysWhy() {
    commandLine.addSubcommand(
        new Boom(new ExceptionInInitializerError(new IllegalStateException("wrong property"))));
    assertEquals(1, run("boom"));
    assertEquals("error: IllegalStateException: wrong property", err.toString().strip());
  }

  @Test
  void run_unexpectedExceptionVerbose_showsWhere() {
    commandLine.addSubcommand(new Boom(new IllegalStateException()));
    assertEquals(1, run("--verbose", "boom"));
    assertTrue(err.toString().contains("\tat " + MainTest.class.getName()), err.toString());
  }

  @Test
  void preprocess_arguments_areAllTakenAsTheyAre() {
    CommandLine jmh = commandLine.getSubcommands().get("jmh");
    var arguments = new java.util.Stack<String>();
    for (String argument : new String[] {"--", "x.*Bench", "-h", "1", "-f"}) {
      arguments.push(argument);
    }
    new JmhCommand.Verbatim().preprocess(arguments, jmh.getCommandSpec(), null, java.util.Map.of());
    assertTrue(arguments.isEmpty());
    JmhCommand command = jmh.getCommand();
    assertEquals(java.util.List.of("-f", "1", "-h", "x.*Bench", "--"), command.arguments());
    assertFalse(jmh.isUsageHelpRequested());
  }
}
