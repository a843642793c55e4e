package io.github.moe4j.bench.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void mainClass_ofTheJar_isThisOne() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    String named = "<mainClass>" + AllCommands.class.getName() + "</mainClass>";
    assertTrue(pom.contains(named), named);
  }
}
