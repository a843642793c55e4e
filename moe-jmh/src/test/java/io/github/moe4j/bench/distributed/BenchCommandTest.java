package io.github.moe4j.bench.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.Main;
import io.github.moe4j.bench.plan.Network;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.core.group.Group;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  private static final LayerShape SHAPE = new LayerShape("coarse", 2048, 512, 1792, 8, 2);

  @TempDir
  private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... args) {
    return Main.run(Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)), args);
  }

  @Test
  void bench_transfersOfTwoProcesses_allOperationsInTableAndJson() throws IOException {
    Path json = folder.resolve("bench.json");
    int code = execute(
        "distributed",
        "bench",
        "--kib",
        "1,64",
        "--rounds",
        "1",
        "--shapes",
        "none",
        "--losses",
        "1",
        "--json",
        json.toString());

    assertEquals(0, code, err.toString());
    String table = out.toString();
    for (String name : List.of("memcpy", "plain socket", "all-to-all", "all-reduce")) {
      assertTrue(table.contains("| " + name + " |"), table);
    }
    assertTrue(table.startsWith("| 2 processes | 1 KiB | 64 KiB | by a plain socket |"), table);
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertEquals(8, figures.path("transfers").size());
    assertEquals(1, figures.path("lossSeconds").size());
    assertTrue(table.contains("both others had their error after"), table);
    figures
        .path("transfers")
        .forEach(transfer -> assertTrue(transfer.path("seconds").asDouble() > 0, table));
  }

  /** In threads, with a layer that is quick. */
  @Test
  void measure_layerOverRanks_timesAndPrediction() {
    LayerShape tiny = new LayerShape("tiny", 32, 16, 24, 4, 2);
    List<RankedLayerTime> times = Group.threads(
        2, Duration.ofMinutes(1), group -> new RankedLayer(group, 1).measure(tiny, true));

    RankedLayerTime time = times.get(0);
    assertTrue(time.seconds() > 0 && time.oneProcessSeconds() > 0 && time.share() > 0);
    assertTrue(time.exchangeSeconds() > 0 && time.waitSeconds() > 0);
    assertTrue(time.predicted(new Network(1e9, 1e-6)) > time.aloneSeconds());
  }

  @Test
  void picture_layer_partsAddUp() {
    var result = new BenchResult(
        2,
        List.of(),
        List.of(new RankedLayerTime(SHAPE, 2, true, 0.2, 0.4, 0.5, 0.3, 0.1, 0.04)),
        List.of());

    String svg = RankPicture.svg(result);

    assertTrue(svg.contains("coarse, training"), svg);
    assertTrue(svg.contains("width=\"240.0\"") && svg.contains(">200.0 ms<"), svg); // one process
    assertTrue(svg.contains("width=\"312.0\""), svg); // on the rank, 0.26 of 0.4 s
    assertTrue(svg.contains("width=\"120.0\"") && svg.contains("width=\"48.0\""), svg);
  }

  @Test
  void predicted_exchangesOfTraining_addedToProducts() {
    RankedLayerTime time = new RankedLayerTime(SHAPE, 2, true, 1, 1, 1, 0.5, 0, 0);

    double bytes = 1024 * 512 * 4; // one of two choices leaves
    assertEquals(
        0.5 + 4 * (1e-3 + bytes / 1e9) + 1e-3, time.predicted(new Network(1e9, 1e-3)), 1e-12);
  }

  @Test
  void network_twoSizes_latencyAndBandwidth() {
    var result = new BenchResult(
        3,
        List.of(
            new TransferTime(TransferTime.ALL_TO_ALL, 1_000_000, 0.003, 1),
            new TransferTime(TransferTime.SOCKET, 1_000_000, 0.001, 1),
            new TransferTime(TransferTime.ALL_TO_ALL, 9_000_000, 0.019, 1)),
        List.of(),
        List.of());

    assertEquals(1e9, result.network().orElseThrow().bytesPerSecond(), 1);
    assertEquals(1e-3, result.network().orElseThrow().latencySeconds(), 1e-9);
    var one = new BenchResult(2, result.transfers().subList(0, 2), List.of(), List.of());
    assertTrue(one.network().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--ranks 0",
        "--rounds 0",
        "--kib 64,64",
        "--kib 0",
        "--kib 64",
        "--shapes big",
        "--losses -1",
        "--losses -1",
        "--ranks 9"
      })
  void bench_wrongUsage_said(String options) {
    String[] all = ("distributed bench " + options).split(" ");
    assertEquals(2, execute(all));
    assertTrue(err.toString().startsWith("bench: "), err.toString());
  }
}
