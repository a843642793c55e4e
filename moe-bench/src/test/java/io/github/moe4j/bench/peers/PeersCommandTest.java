package io.github.moe4j.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.report.BenchReportCommand;
import io.github.moe4j.cli.TestWatch;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PeersCommandTest {
  private static final PeerSystem AGREES = new FakePeer("twin", true, false, results -> {});
  private static final PeerSystem DISAGREES =
      new FakePeer("liar", true, false, results -> results.get("y")[0] += 1);

  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(List<PeerSystem> peers, String... arguments) {
    return execute(TestWatch.patient(), peers, arguments);
  }

  private int execute(TestWatch watches, List<PeerSystem> peers, String... arguments) {
    IntFunction<Timing> timings = rounds -> new Timing(rounds, 200, 0, 5);
    return new CommandLine(new PeersCommand(() -> peers, timings, watches))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void call_withoutPeers_saysHowToBuildAndIsExitCode1() {
    assertEquals(1, execute(List.of()));
    assertEquals(
        "peers: DJL PyTorch, oneDNN and ONNX Runtime are not in this build; build with:"
            + " mvn -B -ntp -Ppeers -DskipTests package",
        err.toString().strip());
  }

  @Test
  void call_wrongArguments_isOneLineAndExitCode2BeforeMeasuring() throws IOException {
    assertEquals(2, execute(List.of(), "--shapes", "nonsense"));
    assertTrue(err.toString().startsWith("peers: shape must be one of [coarse"), err.toString());
    assertEquals(2, execute(List.of(AGREES), "--rounds", "0"));
    assertTrue(err.toString().contains("rounds must be at least 1 but was 0"), err.toString());
    Path page = folder.resolve("page.md");
    Files.writeString(page, "nothing\n");
    assertEquals(2, execute(List.of(AGREES), "--docs", page.toString()));
    assertFalse(err.toString().contains("Exception"), err.toString());
  }

  @Test
  void call_peerThatAgrees_tableJsonAndPage() throws IOException {
    Path json = folder.resolve("peers.json");
    Path page = folder.resolve("page.md");
    Files.writeString(page, "<!-- begin generated: peers -->\n<!-- end generated: peers -->\n");
    assertEquals(
        0,
        execute(
            List.of(AGREES),
            "--shapes",
            "decode 1",
            "--rounds",
            "2",
            "--json",
            json.toString(),
            "--docs",
            page.toString()),
        err.toString());
    assertTrue(out.toString().contains("- twin: none"), out.toString());
    assertTrue(out.toString().contains("| twin | "), out.toString());
    assertTrue(Files.readString(page).contains("| twin | "));
    JsonNode rows = new ObjectMapper().readTree(json.toFile());
    assertEquals(3, rows.size());
    assertEquals("moe4j, packed", rows.get(2).get("system").asText());
    assertEquals("moe4j", rows.get(0).get("system").asText());
    assertEquals(1, rows.get(0).get("ratio_to_moe4j").asDouble());
    assertEquals("decode 1", rows.get(1).get("shape").asText());
    assertTrue(rows.get(1).get("median_ms").asDouble() > 0);
    Path report = folder.resolve("report.html");
    CommandLine reporter = new CommandLine(new BenchReportCommand()).setOut(new PrintWriter(out));
    assertEquals(0, reporter.execute(json.toString(), "--out", report.toString()));
    assertTrue(Files.readString(report).contains("\"system\":\"twin\""));
  }

  @Test
  void call_all_progressReachesItsTotal() {
    TestWatch watches = TestWatch.patient();
    assertEquals(0, execute(watches, List.of(AGREES), "--shapes", "decode 1", "--rounds", "2"));
    assertTrue(watches.isClosed());
    // three layers, each with two rounds after a warm-up of 200 ms, as long as 40 samples of 5 ms
    assertEquals(3 * (40 + 2), watches.total());
    assertEquals(watches.total(), watches.done());
  }

  @Test
  void call_interrupted_whatThereIsMarkedAndThePageLeftAlone() throws IOException {
    Path json = folder.resolve("peers.json");
    Path page = folder.resolve("page.md");
    String before = "<!-- begin generated: peers -->\n<!-- end generated: peers -->\n";
    Files.writeString(page, before);
    TestWatch watches = TestWatch.stopAfter(3 * (40 + 1));
    assertEquals(
        130,
        execute(
            watches,
            List.of(AGREES),
            "--shapes",
            "decode 1,decode 16",
            "--rounds",
            "1",
            "--json",
            json.toString(),
            "--docs",
            page.toString()),
        err.toString());
    assertTrue(watches.isClosed());
    assertTrue(out.toString().contains("| decode 1 | "), out.toString());
    assertFalse(out.toString().contains("| decode 16 | "), out.toString());
    assertTrue(
        out.toString().endsWith("\n\ninterrupted after 1 of 2 comparisons\n"), out.toString());
    assertEquals(page + " is left unchanged", err.toString().strip());
    assertEquals(before, Files.readString(page));
    JsonNode partial = new ObjectMapper().readTree(json.toFile());
    assertFalse(partial.get("complete").asBoolean(true));
    assertEquals(3, partial.get("figures").size());
    Path report = folder.resolve("partial.html");
    CommandLine reporter = new CommandLine(new BenchReportCommand()).setOut(new PrintWriter(out));
    assertEquals(0, reporter.execute(json.toString(), "--out", report.toString()));
    assertTrue(Files.readString(report).contains("peers.json (interrupted)"));
  }

  @Test
  void call_interruptedAtOnce_noTableAndNoFile() {
    Path json = folder.resolve("peers.json");
    assertEquals(130, execute(TestWatch.stopAfter(0), List.of(AGREES), "--json", json.toString()));
    assertTrue(out.toString().endsWith("interrupted after 0 of 7 comparisons\n"), out.toString());
    assertFalse(out.toString().contains("|"), out.toString());
    assertFalse(Files.exists(json));
  }

  @Test
  void call_peerThatDisagrees_isOneLineAndExitCode1() {
    assertEquals(1, execute(List.of(AGREES, DISAGREES), "--shapes", "decode 1"));
    String last = err.toString().lines().reduce((a, b) -> b).orElseThrow();
    assertTrue(last.startsWith("peers: liar, decode 1, forward: y differs"), last);
    assertFalse(out.toString().contains("|"), out.toString());
  }
}
