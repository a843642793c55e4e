package io.github.moe4j.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFileTest {
  @TempDir
  Path folder;

  private ResultFile read(String text) throws IOException {
    return ResultFile.readAll(List.of(Files.writeString(folder.resolve("r.json"), text)))
        .get(0);
  }

  private JmhRun run(String entry) throws IOException {
    return read(ResultTexts.all(entry)).runs().get(0);
  }

  @Test
  void read_jmh_allOfARun() throws IOException {
    ResultFile file = read(ResultTexts.all(ResultTexts.run(
        "a.b.RouterBenchmark.route", "{\"router\": \"x\"}", 3, "0.5", "ns/op", "[[1, 9], [2]]")));
    JmhRun run = file.runs().get(0);
    assertEquals("r.json", file.name());
    assertEquals("a.b.RouterBenchmark", run.benchmark());
    assertEquals("route", run.method());
    assertEquals(Map.of("router", "x"), run.params());
    assertEquals(3, run.score());
    assertEquals(0.5, run.error());
    assertEquals(new IterationSpread(1, 2, 9, 3), run.spread()); // the iterations of both forks
    assertEquals(Double.NaN, run.garbage());
    assertEquals(
        Map.of(
            "JDK", "17.0.1",
            "virtual machine", "OpenJDK 17+1",
            "JVM arguments", "-Xmx1g",
            "JMH", "1.37",
            "mode", "avgt",
            "threads", "1",
            "forks", "2",
            "warm-up", "1 × 10 s",
            "measurement", "3 × 1 s"),
        file.settings());
  }

  @Test
  void read_notANumber_isKeptAsSuch() throws IOException {
    JmhRun run =
        run(ResultTexts.run("a.B.c", "{}", 3, "\"NaN\"", "ns/op", "[[\"NaN\", 4, \"+INF\", 6]]"));
    assertEquals(Double.NaN, run.error());
    assertEquals(new IterationSpread(4, 5, 6, 2), run.spread()); // the median of two is their mean
  }

  @Test
  void read_withoutRawData_takesPercentilesIfThere() throws IOException {
    String metric = "{\"score\": 2, \"scoreUnit\": \"s/op\"%s}";
    String entry = "{\"benchmark\": \"c\", \"primaryMetric\": " + metric + "}";
    assertEquals(
        new IterationSpread(Double.NaN, Double.NaN, Double.NaN, 0),
        run(entry.formatted("")).spread());
    String percentiles = ", \"scorePercentiles\": {\"0.0\": 1, \"50.0\": 2, \"100.0\": 7}";
    JmhRun run = run(entry.formatted(percentiles));
    assertEquals(new IterationSpread(1, 2, 7, 0), run.spread());
    assertEquals("", run.benchmark());
    assertEquals("c", run.method());
    assertEquals(Map.of(), run.params());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gc.alloc.rate.norm", "·gc.alloc.rate.norm"})
  void read_gcProfiler_isGarbage(String name) throws IOException {
    String entry = """
        {"benchmark": "A.b", "primaryMetric": {"score": 1, "scoreUnit": "ns/op"},
         "secondaryMetrics": {"%s": {"score": 74.5, "scoreError": "NaN"}}}""".formatted(name);
    assertEquals(74.5, run(entry).garbage());
  }

  @Test
  void read_peers_allOfATime() throws IOException {
    ResultFile file = read(ResultTexts.all(ResultTexts.peer("pytorch", 6.5, 1.1)));
    assertEquals(
        List.of(new PeerFigure(
            "small", "forward", "pytorch", "moe4j", 6.5, 5.5, 11, 136, 1.1, Double.NaN)),
        file.peers());
    assertEquals(List.of(), file.runs());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "{}",
        "[]",
        "3",
        "[3]",
        "[{}]",
        "[{\"benchmark\": 3}]",
        "[{\"benchmark\": \"a.B.c\"}]",
        "[{\"benchmark\": \"a.B.c\", \"primaryMetric\": {\"score\": 1}}]",
        "[{\"benchmark\": \"a.B.c\", \"primaryMetric\": {\"scoreUnit\": \"s/op\"}}]",
        "[{\"shape\": \"s\", \"pass\": \"p\", \"system\": \"t\", \"median_ms\": \"fast\"}]"
      })
  void read_somethingElse_namesFileAndWhatWasExpected(String text) {
    var e = assertThrows(IllegalArgumentException.class, () -> read(text));
    String expected = folder.resolve("r.json")
        + " must be what jmh -rf json -rff FILE or peers --json FILE wrote, but ";
    assertTrue(e.getMessage().startsWith(expected), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void read_bytesThatAreNoText_isNoJson() throws IOException {
    Path file = Files.write(folder.resolve("r.json"), new byte[] {'[', '"', (byte) 0xff, '"', ']'});
    var e = assertThrows(IllegalArgumentException.class, () -> ResultFile.readAll(List.of(file)));
    assertTrue(e.getMessage().contains("must be what jmh"), e.getMessage());
  }

  @Test
  void read_peersAmongRuns_namesTheEntry() {
    String text = ResultTexts.all(
        ResultTexts.router("a", 1, "1", "ns/op"), ResultTexts.peer("pytorch", 1, 1));
    var e = assertThrows(IllegalArgumentException.class, () -> read(text));
    assertTrue(e.getMessage().endsWith("entry 2 has no text \"benchmark\""), e.getMessage());
  }

  @Test
  void readAll_filesOfOneName_areToldApartByTheirPaths() throws IOException {
    Path a = folder.resolve("a/r.json");
    Path b = folder.resolve("b/r.json");
    Path c = folder.resolve("b/c.json");
    for (Path file : List.of(a, b, c)) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, ResultTexts.all(ResultTexts.peer("pytorch", 1, 1)));
    }
    assertEquals(
        List.of(a.toString(), b.toString(), "c.json"),
        ResultFile.readAll(List.of(a, b, c)).stream().map(ResultFile::name).toList());
  }
}
