package io.github.moe4j.bench.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class AllCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(strings = {"lab", "inspect", "jmh", "conformance", "params", "peers", "scaling"})
  void run_help_ofPublishedAndOwnCommands(String command) {
    int code = Main.run(
        Main.commandLine(
            new PrintWriter(out), new PrintWriter(err), AllCommands.ofThisRepository()),
        command,
        "--help");
    assertEquals(0, code, err.toString());
    assertTrue(out.toString().startsWith("Usage: moe4j " + command), out.toString());
  }

  @Test
  void descriptions_ofAllCommands_areFormats() {
    CommandLine all = Main.commandLine(
        new PrintWriter(out), new PrintWriter(err), AllCommands.ofThisRepository());
    assertEquals(List.of(), descriptions(all).filter(text -> !isFormat(text)).toList());
  }

  /** What picocli formats: of a command, its options and its subcommands. */
  private static Stream<String> descriptions(CommandLine command) {
    Stream<String> own = Stream.concat(
        Stream.of(command.getCommandSpec().usageMessage().description()),
        command.getCommandSpec().args().stream().flatMap(arg -> Stream.of(arg.description())));
    return Stream.concat(
        own, command.getSubcommands().values().stream().flatMap(AllCommandsTest::descriptions));
  }

  private static boolean isFormat(String text) {
    try {
      return text.formatted() != null;
    } catch (IllegalFormatException e) {
      return false;
    }
  }

  @Test
  void mainClass_ofTheJar_isThisOne() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    String named = "<mainClass>" + AllCommands.class.getName() + "</mainClass>";
    assertTrue(pom.contains(named), named);
  }
}
