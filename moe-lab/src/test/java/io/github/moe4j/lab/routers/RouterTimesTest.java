package io.github.moe4j.lab.routers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.routing.catalogue.RouterCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTimesTest {
  /** A run of 2 tokens, so that a call of 1 µs is 500 ns per token. */
  private static String run(String method, String router, int experts, String k, double median) {
    return """
        {"benchmark": "io.github.moe4j.bench.jmh.RouterBenchmark.%s",
         "params": {"router": "%s", "tokens": "2", "width": "16", "experts": "%d", "k": "%s"},
         "primaryMetric": {"scoreUnit": "us/op", "scorePercentiles": {"50.0": %s}}}""".formatted(method, router, experts, k, median);
  }

  @TempDir
  Path folder;

  private String table(String... runs) throws IOException {
    Path file = folder.resolve("jmh.json");
    Files.writeString(file, "[" + String.join(",", runs) + "]");
    return RouterTimes.table(List.of(file), "route");
  }

  @Test
  void table_severalRuns_timesPerTokenAndRatiosToTopK() throws IOException {
    String table = table(
        run("route", "top-k", 8, "1", 0.2),
        run("route", "switch", 8, "1", 0.1),
        run("route", "top-k", 8, "2", 0.4),
        run("route", "gshard", 8, "2", 0.1),
        run("route", "remoe", 8, "own", 0.06),
        run("routeAndBack", "top-k", 8, "1", 9));
    assertTrue(table.startsWith("| router | E 8, k 1 | E 8 | E 8, k 2 |\n|---|---:|"), table);
    assertTrue(table.contains("| top-k | 100 (1.0) | | 200 (1.0) |\n"), table);
    // one choice whatever k is: beside top-k of one choice, and not under k = 2
    assertTrue(table.contains("| switch | | 50 (0.5) | |\n"), table);
    assertTrue(table.contains("| gshard | | 50 (0.3) | |\n"), table);
    assertTrue(table.contains("| remoe | | 30 | |\n"), table);
    assertTrue(table.contains("| hash | | | |\n"), table);
    assertEquals(2 + RouterCatalogue.load().all().size(), table.lines().count());
  }

  private void requireError(String message, String... runs) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> table(runs));
    assertEquals(message, e.getMessage());
  }

  @Test
  void table_runsThatDoNotFitTogether_areErrors() {
    String run = run("route", "top-k", 8, "1", 1);
    requireError(
        "a table must be of one T and D but there are T 2 and D 16, and T 4 and D 16",
        run,
        run.replace("\"tokens\": \"2\"", "\"tokens\": \"4\""));
    requireError(
        "RouterBenchmark must be measured in us/op but was in ops/s",
        run.replace("us/op", "ops/s"));
    requireError(
        "a run of RouterBenchmark must have its number of tokens as a parameter",
        run.replace("tokens", "size"));
    requireError(
        "router switch has a number of choices of its own (1): k must be 1 but was 3",
        run("route", "switch", 8, "3", 1));
  }
}
