package io.github.moe4j.lab.routers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.routing.catalogue.RouterCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterTimesTest {
  private static String run(String method, String router, String size, double median) {
    return """
        {"benchmark": "io.github.moe4j.bench.jmh.RouterBenchmark.%s",
         "params": {"router": "%s", "size": "%s"},
         "primaryMetric": {"scorePercentiles": {"50.0": %s}}}""".formatted(method, router, size, median);
  }

  @Test
  void table_severalRuns_timesAndRatiosToTopK(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("jmh.json");
    String runs = String.join(
        ",",
        run("route", "top-k", "8x1", 100),
        run("route", "switch", "8", 50),
        run("route", "top-k", "8x2", 200),
        run("route", "gshard", "8", 50),
        run("route", "switch", "8x2", 70),
        run("route", "remoe", "8", 30),
        run("routeAndBack", "top-k", "8x1", 999));
    Files.writeString(file, "[" + runs + "]");
    String table = RouterTimes.table(List.of(file), "route");
    assertTrue(table.startsWith("| router | E 8, k 1 | E 8 | E 8, k 2 |\n|---|---:|"), table);
    assertTrue(table.contains("| top-k | 100 (1.0) | | 200 (1.0) |\n"), table);
    // one choice whatever k is: beside top-k of one choice, and not under k = 2
    assertTrue(table.contains("| switch | | 50 (0.5) | |\n"), table);
    assertTrue(table.contains("| gshard | | 50 (0.3) | |\n"), table);
    assertTrue(table.contains("| remoe | | 30 | |\n"), table);
    assertTrue(table.contains("| hash | | | |\n"), table);
    assertEquals(2 + RouterCatalogue.load().all().size(), table.lines().count());
  }
}
