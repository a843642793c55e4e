package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.watch.TraceReader;
import io.github.moe4j.core.watch.TraceWeights;
import io.github.moe4j.core.watch.TraceWriter;
import io.github.moe4j.core.watch.TracedPass;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LabTraceTest {
  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    return new CommandLine(new LabCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  /**
   * Two sequences of 3 tokens, 4 experts. Tokens 0, 1, 3, 4, 5 choose expert 0 first and token 2 expert
   * 1; token 0 also expert 2. Load 5, 1, 1, 0 of 7; mean 1.75.
   */
  private static TracedPass handMade() {
    int[] token = {0, 0, 1, 2, 3, 4, 5};
    int[] expert = {0, 2, 0, 1, 0, 0, 0};
    Assignments all = Assignments.of(6, 4, token, expert, new double[7]);
    return new TracedPass("block 0", 0, false, 3, TokenMask.none(6), all, TraceWeights.NONE, 1);
  }

  private Path file() throws IOException {
    Path file = folder.resolve("hand.trace");
    try (TraceWriter writer = TraceWriter.create(file, TraceWeights.NONE)) {
      writer.write(handMade());
      writer.write(handMade());
    }
    return file;
  }

  @Test
  void add_handMadePasses_areCountedByHand() {
    TraceLayer layer = new TraceLayer(4);
    layer.add(handMade());
    layer.add(handMade());
    assertEquals(2, layer.passes());
    assertEquals(12, layer.tokens());
    assertEquals(7 / 6.0, layer.choicesPerToken(), 1e-15);
    assertEquals(5 / 1.75, layer.mostLoadedOverMean(), 1e-15);
    // deviations 3.25, −0.75, −0.75, −1.75: squares 10.5625 + 0.5625·2 + 3.0625 = 14.75
    assertEquals(Math.sqrt(14.75 / 4) / 1.75, layer.coefficientOfVariation(), 1e-15);
    assertEquals(1, layer.expertsWithoutTokens());
    assertEquals(1 / 7.0, layer.droppedShare(), 1e-15);
    // 0→1 same, 1→2 not; 3→4 and 4→5 same; 2→3 are of two sequences
    assertEquals(3 / 4.0, layer.repeatedShare(), 1e-15);
    double entropy = -(5 / 7.0 * Math.log(5 / 7.0) + 2 / 7.0 * Math.log(1 / 7.0)) / Math.log(4);
    assertEquals(entropy, layer.loadEntropy(), 1e-15);
  }

  @Test
  void trace_file_printsALineALayer() throws IOException {
    assertEquals(0, execute("trace", file().toString()));
    assertTrue(out.toString().contains("block 0       2         12    1.167"), out.toString());
    assertTrue(out.toString().contains("block 0  71.4  14.3  14.3   0.0"), out.toString());
    assertEquals("", err.toString());
  }

  private static TracedPass oneToken(String layer, int tokens, int experts) {
    return new TracedPass(
        layer,
        0,
        false,
        Math.max(1, tokens),
        TokenMask.none(tokens),
        Assignments.of(tokens, experts, new int[] {0}, new int[] {0}, new double[] {1}),
        TraceWeights.FLOAT64,
        0);
  }

  private Path write(List<TracedPass> passes) throws IOException {
    Path file = folder.resolve("some.trace");
    try (TraceWriter writer = TraceWriter.create(file, TraceWeights.NONE)) {
      for (TracedPass pass : passes) {
        writer.write(pass);
      }
    }
    return file;
  }

  @Test
  void trace_layerNameWithEscapesAndLines_isShownInOneLine() throws IOException {
    Path file = write(List.of(oneToken("a\u001b[2J\nlayer b  100", 1, 2)));
    assertEquals(0, execute("trace", file.toString()));
    assertTrue(out.toString().contains("a\\u001b[2J\\u000alayer b  100 "), out.toString());
    assertFalse(out.toString().contains("\u001b"), out.toString());
  }

  @Test
  void trace_hugeBatches_takeNoMemoryAndTimeOfTheirTokens() throws IOException {
    // 64 MB and 16 million steps for each of 2,000 passes otherwise.
    Path file = write(Collections.nCopies(2000, oneToken("a", 1 << 24, 2)));
    assertTimeout(Duration.ofSeconds(20), () -> assertEquals(0, execute("trace", file.toString())));
  }

  @Test
  void trace_manyLayersOfManyExperts_isRefused() throws IOException {
    List<TracedPass> layers =
        IntStream.range(0, 17).mapToObj(i -> oneToken("layer " + i, 1, 1 << 16)).toList();
    assertEquals(1, execute("trace", write(layers).toString()));
    assertEquals(
        "trace: the layers of a trace must have at most 1048576 experts together but have 1114112",
        err.toString().strip());
  }

  @Test
  void trace_damagedOrMissingFile_isOneLine() throws IOException {
    Path file = file();
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertEquals(1, execute("trace", file.toString()));
    assertTrue(err.toString().contains("the file is cut off"), err.toString());
    assertEquals(1, err.toString().lines().count());
    assertEquals(2, execute("trace", folder.resolve("none").toString()));
    assertTrue(err.toString().contains("there is no file"), err.toString());
    assertEquals(2, err.toString().lines().count());
    assertEquals(2, execute("trace"));
  }

  @Test
  void lab_withTrace_writesAFileAModelWithRouters() throws IOException {
    Path text = folder.resolve("words.txt");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      lines.append("line number ").append(i).append('\n');
    }
    Files.writeString(text, lines);
    Path report = folder.resolve("out");
    String options = "--steps 2 --width 8 --hidden 8 --batch 2 --sequence 8 --blocks 2 --trace"
        + " --routers dense,top-k-unbalanced --out "
        + report
        + " --text "
        + text;
    assertEquals(0, execute(options.split(" ")), err.toString());
    assertFalse(Files.exists(report.resolve("dense.trace")));
    List<TracedPass> trace = TraceReader.readAll(report.resolve("top-k-unbalanced.trace"));
    assertEquals(
        List.of("block 0", "block 1"),
        trace.stream().map(TracedPass::layer).distinct().toList());
    assertFalse(trace.get(0).training());
    assertEquals(8, trace.get(0).sequenceLength());
    assertEquals(0, execute("trace", report.resolve("top-k-unbalanced.trace").toString()));
  }
}
