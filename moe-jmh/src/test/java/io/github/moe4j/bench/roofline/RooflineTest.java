package io.github.moe4j.bench.roofline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.machine.Bandwidth;
import io.github.moe4j.bench.machine.Limit;
import io.github.moe4j.bench.machine.Machine;
import io.github.moe4j.bench.machine.Rate;
import io.github.moe4j.cli.TestWatch;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RooflineTest {
  @TempDir
  Path folder;

  private final StringWriter err = new StringWriter();

  private final StringWriter out = new StringWriter();

  private int execute(String... arguments) {
    return execute(TestWatch.patient(), arguments);
  }

  private int execute(TestWatch watches, String... arguments) {
    return new CommandLine(new RooflineCommand(watches))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  /** 200 GFLOP/s and 20 GB/s with all threads. */
  private static Machine machine() {
    Bandwidth memory = new Bandwidth("memory", 1024, new Rate(15, 20), new Rate(8, 10));
    return new Machine(17, 2, new Limit(512, new Rate(150, 200)), 130, "OPENBLAS", List.of(memory));
  }

  @Test
  void flopsAndBytes_coarse_byHand() {
    LayerShape coarse = LayerShape.named("coarse");
    // 4096 rows, 3 products of 2·512·1792 operations each
    assertEquals(4096.0 * 3 * 1_835_008, coarse.forwardFlops());
    assertEquals(3 * coarse.forwardFlops(), coarse.trainingFlops());
    // 8 experts with 3 matrices of 512·1792 floats
    assertEquals(8 * 3 * 917_504 * 4.0, coarse.weightBytes(8));
  }

  @Test
  void idealSeconds_computeOrMemory_theLarger() {
    Machine machine = machine();
    LayerShape coarse = LayerShape.named("coarse");
    LayerShape decode = LayerShape.named("decode 1");
    // 22.5 GFLOP at 200 a second against 88 MB at 20 GB
    assertEquals(
        coarse.forwardFlops() / 200e9, time(coarse, false, 8).idealSeconds(machine), 1e-12);
    assertEquals(decode.weightBytes(2) / 20e9, time(decode, false, 2).idealSeconds(machine), 1e-12);
    // in training the gradients of the weights are read and written too
    assertEquals(
        3 * decode.weightBytes(2) / 20e9, time(decode, true, 2).idealSeconds(machine), 1e-12);
    assertEquals(
        time(decode, false, 2).idealSeconds(machine) / 0.002,
        time(decode, false, 2).share(machine),
        1e-12);
  }

  private static LayerTime time(LayerShape shape, boolean training, int hit) {
    LayerPass pass = training ? LayerPass.TRAINING : LayerPass.FORWARD;
    return new LayerTime(
        "vector", shape, pass, 0.002, 0.001, hit, new StageTimes(1, 1, 1, 5, 1, 1));
  }

  @Test
  void idealSeconds_noVectorModule_takesTheCeilingOfBlas() {
    Machine blas = new Machine(17, 2, null, 130, "OPENBLAS", machine().bandwidths());
    LayerShape coarse = LayerShape.named("coarse");
    assertEquals(coarse.forwardFlops() / 130e9, time(coarse, false, 8).idealSeconds(blas), 1e-12);
    assertEquals("blas", blas.boundSystem());
    assertEquals("vector", machine().boundSystem());
  }

  @Test
  void figures_decode_fieldsForOthers() {
    JsonNode figures = new ObjectMapper()
        .valueToTree(time(LayerShape.named("decode 1"), true, 2).figures(machine()));
    assertEquals("decode 1", figures.get("shape").asText());
    assertEquals("training", figures.get("pass").asText());
    assertEquals("vector", figures.get("system").asText());
    assertEquals(2, figures.get("median_ms").asDouble(), 1e-12);
    // 3 times 22.02 MB at 20 GB/s
    assertEquals(3.303, figures.get("ideal_ms").asDouble(), 1e-3);
    assertEquals(1.6515, figures.get("share").asDouble(), 1e-4);
    assertEquals(512, figures.get("sizes").get("width").asInt());
  }

  @Test
  void table_rows_shareAndStages() {
    Machine machine = machine();
    LayerShape decode = LayerShape.named("decode 1");
    String row = RooflineTable.of(machine, List.of(time(decode, false, 2)))
        .lines()
        .toList()
        .get(2);
    // 22.02 MB at 20 GB/s are 1.10 ms of 2
    assertEquals(
        "| decode 1 | 1, 512, 1792, 8, 2 | forward | 1.10 | 2.00 | 1.00 | 0.55 | 10 % | 10 % | 10 % |"
            + " 50 % | 10 % | 10 % |",
        row);
  }

  @Test
  void measure_tinyShape_timesAndLoad() {
    LayerTime time = LayerTime.measure(
        new LayerShape("tiny", 40, 8, 16, 4, 2), LayerPass.TRAINING, 3, Watch.none());
    assertTrue(time.bestSeconds() > 0 && time.bestSeconds() <= time.medianSeconds());
    assertTrue(time.expertsHit() >= 2 && time.expertsHit() <= 4);
    assertTrue(time.stages().experts() > 0);
  }

  @Test
  void call_wrongArguments_isOneLineAndExitCode2BeforeMeasuring() throws IOException {
    assertEquals(2, execute("--shapes", "nonsense"));
    assertTrue(err.toString().startsWith("roofline: shape must be one of [coarse"), err.toString());
    assertEquals(2, execute("--runs", "0"));
    assertTrue(err.toString().contains("runs must be at least 1 but was 0"), err.toString());
    Path page = folder.resolve("page.md");
    Files.writeString(page, "nothing\n");
    assertEquals(2, execute("--docs", page.toString()));
    assertFalse(err.toString().contains("Exception"), err.toString());
  }

  /** Measures the machine, which takes a while; so one test sees all that a short run has to keep. */
  @Test
  void call_interruptedAfterOnePass_thatOneIsKeptAndMarked() throws IOException {
    Path json = folder.resolve("roofline.json");
    TestWatch watches = TestWatch.stopAfter(Machine.measurements() + 1);
    assertEquals(
        130,
        execute(watches, "--shapes", "decode 1", "--runs", "1", "--json", json.toString()),
        err.toString());
    assertTrue(watches.isClosed());
    assertEquals(watches.total(), watches.done() + 2);
    assertTrue(out.toString().startsWith("This machine: "), out.toString());
    assertTrue(out.toString().contains("| decode 1 | 1, 512, 1792, 8, 2 | forward |"));
    assertTrue(
        out.toString().endsWith("% |\n\ninterrupted after 1 of 3 passes of layers\n"),
        out.toString());
    JsonNode partial = new ObjectMapper().readTree(json.toFile());
    assertFalse(partial.get("complete").asBoolean(true));
    JsonNode figures = partial.get("figures");
    assertEquals(1, figures.get("layers").size());
    assertTrue(figures.get("layers").get(0).get("ideal_ms").asDouble() > 0, figures.toString());
    boolean limit = !figures.get("machine").get("limit").isNull();
    assertEquals(Kernels.peakRate().isPresent(), limit);
    assertEquals(limit ? "vector" : "blas", figures.get("ideal").asText());
  }

  @Test
  void call_interruptedAtOnce_saysSo() {
    assertEquals(130, execute(TestWatch.stopAfter(0)));
    assertEquals("interrupted after 0 of 15 passes of layers", out.toString().strip());
  }
}
