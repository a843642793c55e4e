package io.github.moe4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.examples.EvenMeanProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's own loss, named on the class path and nowhere else, in every command. */
class OwnLossTest {
  @TempDir
  Path folder;

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private URLClassLoader own = new URLClassLoader(new URL[0]);

  @BeforeEach
  void nameTheLoss() throws IOException {
    Path services = Files.createDirectories(folder.resolve("jar/META-INF/services"));
    Files.writeString(
        services.resolve(LossProvider.class.getName()), EvenMeanProvider.class.getName());
    own = new URLClassLoader(new URL[] {folder.resolve("jar").toUri().toURL()}, before);
    Thread.currentThread().setContextClassLoader(own);
  }

  @AfterEach
  void forget() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    own.close();
  }

  private static String run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(
        Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)), arguments);
    assertEquals(0, code, err.toString());
    return out.toString();
  }

  @Test
  void lists_ofLabAndBalance_haveIt() {
    for (String command : List.of("lab", "balance")) {
      String list = run(command, "--list");
      assertTrue(list.contains("even-mean "), list);
      assertTrue(list.contains("Even mean loss, 0.1"), list);
    }
  }

  @Test
  void lab_trainsWithIt() throws IOException {
    Path report = folder.resolve("report");
    String table = run(
        "lab",
        "--routers",
        "top-k",
        "--balance",
        "even-mean",
        "--steps",
        "1",
        "--out",
        report.toString());
    assertTrue(table.contains("top-k"), table);
    assertTrue(Files.readString(report.resolve("result.json")).contains("Even mean loss, 0.1"));
  }

  @Test
  void jmh_allLosses_haveIt() {
    List<String> arguments = JmhCommand.withCatalogues(List.of("LossBenchmark"));
    assertTrue(
        arguments.stream().anyMatch(a -> a.startsWith("loss=switch,") && a.endsWith(",even-mean")));
    List<String> told = List.of("LossBenchmark", "-p", "loss=switch");
    assertFalse(JmhCommand.withCatalogues(told).toString().contains("even-mean"));
  }
}
