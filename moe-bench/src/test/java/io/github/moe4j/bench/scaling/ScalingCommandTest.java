package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.cli.TestWatch;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScalingCommandTest {
  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private final TestWatch watches = TestWatch.patient();

  /** A part that says what it was made with. */
  private record Fake(String name, Timing timing, int calls) implements ScalingPart {
    @Override
    public long steps() {
      return 2;
    }

    @Override
    public Result measure(Consumer<String> progress) {
      progress.accept(name);
      timing.watch().step(1);
      timing.watch().leaveIfAsked();
      timing.watch().step(1);
      return new Result("### " + name + "\n\n| table |", List.of(timing.rounds(), calls));
    }
  }

  private int execute(ScalingCommand command, String... arguments) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private int executeFakes(String... arguments) {
    return executeFakes(watches, arguments);
  }

  private int executeFakes(TestWatch watchedBy, String... arguments) {
    ScalingCommand command = new ScalingCommand(
        (timing, calls) ->
            List.of(new Fake("first", timing, calls), new Fake("second", timing, calls)),
        watchedBy);
    return execute(command, arguments);
  }

  @Test
  void call_unknownPart_isOneLineAndExitCode2() {
    assertEquals(2, execute(new ScalingCommand(), "--parts", "skew,nonsense"));
    assertEquals(
        "scaling: part must be one of [experts, tokens, skew, callers, steady, observability, quantized, mapped]"
            + " but was nonsense",
        err.toString().strip());
    assertEquals("", out.toString());
  }

  @Test
  void call_wrongArguments_isOneLineAndExitCode2BeforeMeasuring() throws IOException {
    assertEquals(2, execute(new ScalingCommand(), "--rounds", "0"));
    assertTrue(err.toString().contains("rounds must be at least 1 but was 0"), err.toString());
    assertEquals(2, execute(new ScalingCommand(), "--calls", "9"));
    assertTrue(err.toString().contains("calls must be at least 10 but was 9"), err.toString());
    Path page = folder.resolve("page.md");
    Files.writeString(page, "nothing\n");
    assertEquals(2, executeFakes("--docs", page.toString()));
    assertEquals(2, executeFakes("--docs", folder.resolve("none.md").toString()));
    assertFalse(err.toString().contains("Exception"), err.toString());
    assertEquals(0, watches.total());
  }

  @Test
  void call_onePart_measuresThatOneAsTold() {
    assertEquals(0, executeFakes("--parts", "second", "--rounds", "4", "--calls", "70"));
    assertEquals("", err.toString());
    assertEquals(2, watches.total());
    assertEquals(2, watches.done());
    assertTrue(out.toString().contains("### second"), out.toString());
    assertFalse(out.toString().contains("first"), out.toString());
  }

  @Test
  void call_all_outputJsonAndPage() throws IOException {
    Path json = folder.resolve("scaling.json");
    Path page = folder.resolve("page.md");
    Files.writeString(page, "<!-- begin generated: scaling -->\n<!-- end generated: scaling -->\n");
    assertEquals(
        0,
        executeFakes("--calls", "70", "--json", json.toString(), "--docs", page.toString()),
        err.toString());
    assertEquals("", err.toString());
    assertEquals(4, watches.total());
    assertEquals(4, watches.done());
    assertTrue(watches.isClosed());
    String tables = "### first\n\n| table |\n\n### second\n\n| table |\n";
    assertTrue(out.toString().contains(tables), out.toString());
    assertTrue(Files.readString(page).contains(tables), Files.readString(page));
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertEquals("[15,70]", figures.get("second").toString());
  }

  @Test
  void call_interruptedInTheSecondPart_firstIsKeptAndMarked() throws IOException {
    Path json = folder.resolve("scaling.json");
    Path page = folder.resolve("page.md");
    String before = "<!-- begin generated: scaling -->\n<!-- end generated: scaling -->\n";
    Files.writeString(page, before);
    TestWatch stopping = TestWatch.stopAfter(3);
    assertEquals(130, executeFakes(stopping, "--json", json.toString(), "--docs", page.toString()));
    assertTrue(stopping.isClosed());
    assertEquals(3, stopping.done());
    assertTrue(
        out.toString().endsWith("| table |\n\ninterrupted after 1 of 2 parts\n"), out.toString());
    assertFalse(out.toString().contains("second"), out.toString());
    assertEquals(page + " is left unchanged", err.toString().strip());
    assertEquals(before, Files.readString(page));
    JsonNode partial = new ObjectMapper().readTree(json.toFile());
    assertFalse(partial.get("complete").asBoolean(true));
    assertEquals(1, partial.get("figures").size());
  }

  @Test
  void call_interruptedInTheFirstPart_noJson() {
    Path json = folder.resolve("scaling.json");
    assertEquals(130, executeFakes(TestWatch.stopAfter(1), "--json", json.toString()));
    assertTrue(out.toString().endsWith("interrupted after 0 of 2 parts\n"), out.toString());
    assertFalse(Files.exists(json));
  }
}
