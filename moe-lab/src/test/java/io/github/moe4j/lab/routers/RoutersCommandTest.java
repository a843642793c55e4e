package io.github.moe4j.lab.routers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.routing.catalogue.RouterCatalogue;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RoutersCommandTest {
  private final StringWriter out = new StringWriter();

  private int run(String... args) {
    return new CommandLine(new RoutersCommand())
        .setOut(new PrintWriter(out, true))
        .execute(args);
  }

  @Test
  void routers_noOptions_listsAll() {
    assertEquals(0, run());
    assertEquals(RouterCatalogue.load().all().size(), out.toString().lines().count());
    assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("deepseek-v3 ")));
  }

  @Test
  void routers_docs_writesAndSaysHowMany(@TempDir Path folder) {
    assertEquals(0, run("--docs", folder.toString()));
    assertTrue(out.toString().startsWith(RouterDocs.files().size() + " files written below"));
    assertTrue(Files.exists(folder.resolve("routers/images/top-k.svg")));
  }

  @Test
  void routers_timesOfMissingFile_fails(@TempDir Path folder) {
    assertEquals(1, run("--times", folder.resolve("none.json").toString()));
  }
}
