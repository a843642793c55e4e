package io.github.moe4j.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class JmhTableCommandTest {
  private static final String ROUTED = "{\"shape\": \"small\"}";
  private static final String SKEWED = "{\"shape\": \"small\", \"load\": \"skewed\"}";
  private static final String UNIFORM = "{\"shape\": \"small\", \"load\": \"uniform\"}";
  private static final String GARBAGE = "gc.alloc.rate.norm";

  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file = Path.of("");

  @BeforeEach
  void file() {
    file = folder.resolve("stages.json");
  }

  private int execute(String... arguments) {
    return new CommandLine(new JmhTableCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static String run(
      String benchmark, String params, double time, String unit, String metric, double bytes) {
    return """
        {"benchmark": "io.github.moe4j.bench.jmh.%s", "jdkVersion": "17", "forks": 2,
         "measurementIterations": 5, "params": %s,
         "primaryMetric": {"scoreUnit": "%s", "scorePercentiles": {"50.0": %s}},
         "secondaryMetrics": {"%s": {"scorePercentiles": {"50.0": %s}}}}""".formatted(benchmark, params, unit, time, metric, bytes);
  }

  private void write(String... runs) throws IOException {
    Files.writeString(file, "[" + String.join(",", runs) + "]");
  }

  private void requireUsage(String error) {
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(error), err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void table_severalRuns_byShapeAndLoadInTheOrderOfAPass() throws IOException {
    write(
        run("MoeLayerBenchmark.forward", SKEWED, 2, "ms/op", GARBAGE, 123_456),
        run("StageBenchmark.combine", UNIFORM, 99.94, "us/op", GARBAGE, 40),
        run("StageBenchmark.plan", SKEWED, 1500, "ns/op", "·" + GARBAGE, 64_000),
        run("StageBenchmark.route", ROUTED, 250.4, "us/op", GARBAGE, 1234),
        run("LossBenchmark.layer", "{}", 7, "us/op", GARBAGE, 7));
    assertEquals(0, execute(file.toString()));
    assertEquals("""
        µs per call, in brackets KB (1000 bytes) of garbage; medians of 2 × 5 iterations; JDK 17.

        | shape | load | route | plan | combine | layer |
        |---|---|---:|---:|---:|---:|
        | small | skewed | | 1.5 (64.0) | | 2000 (123) |
        | small | uniform | 250 (1.2) | | 99.9 (0.0) | |
        """, out.toString().strip() + "\n");
  }

  @Test
  void docs_pageWithMarkers_holdsTheTable() throws IOException {
    write(run("StageBenchmark.route", ROUTED, 1, "us/op", GARBAGE, 1000));
    Path page = folder.resolve("page.md");
    Files.writeString(
        page, "a\n<!-- begin generated: stages -->\nold\n<!-- end generated: stages -->\nb\n");
    assertEquals(0, execute(file.toString(), "--docs", page.toString()));
    String text = Files.readString(page);
    assertTrue(text.contains("\n| small | uniform | 1.0 (1.0) |\n"), text);
    assertTrue(text.startsWith("a\n") && text.endsWith("\nb\n") && !text.contains("old"), text);
  }

  @Test
  void docs_pageWithoutMarkers_isWrongUsage() throws IOException {
    write(run("StageBenchmark.route", ROUTED, 1, "us/op", GARBAGE, 1000));
    Path page = Files.writeString(folder.resolve("page.md"), "nothing\n");
    assertEquals(2, execute(file.toString(), "--docs", page.toString()));
    requireUsage("must have the lines <!-- begin generated: stages -->");
    assertEquals("nothing\n", Files.readString(page));
  }

  @Test
  void table_withoutProfiler_saysWhatToAdd() throws IOException {
    write(run("StageBenchmark.route", ROUTED, 1, "us/op", "other", 1000));
    assertEquals(2, execute(file.toString()));
    requireUsage("-prof gc");
  }

  @Test
  void table_throughput_isWrongUsage() throws IOException {
    write(run("StageBenchmark.route", ROUTED, 1, "ops/us", GARBAGE, 1000));
    assertEquals(2, execute(file.toString()));
    requireUsage("was ops/us");
  }

  @Test
  void table_otherBenchmarks_isWrongUsage() throws IOException {
    write(run("LossBenchmark.layer", "{}", 7, "us/op", GARBAGE, 7));
    assertEquals(2, execute(file.toString()));
    requireUsage("no run of StageBenchmark");
  }

  @Test
  void table_missingFileOrNoJson_isWrongUsage() throws IOException {
    assertEquals(2, execute(file.toString()));
    requireUsage("no such file: " + file);
    err.getBuffer().setLength(0);
    Files.writeString(file, "nonsense");
    assertEquals(2, execute(file.toString()));
    requireUsage("is not JSON");
  }
}
