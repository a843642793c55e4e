package io.github.moe4j.bench.params;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.models.preset.Presets;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ParamsCommandTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().resolveSibling("docs").resolve("presets.md");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return new CommandLine(new ParamsCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  @Test
  void params_noArguments_listsEachPublishedNumber() {
    assertEquals(0, run());
    long numbers = Presets.all().stream().mapToLong(p -> p.published().size()).sum();
    assertEquals(1 + numbers, out.toString().lines().count());
    assertTrue(
        out.toString()
            .lines()
            .anyMatch(l -> l.matches("mixtral-8x7b +total +46\\.70B +46\\.7B +\\+0\\.01 %")),
        out.toString());
  }

  @Test
  void params_named_printsParts() {
    assertEquals(0, run("deepseek-v3", "gpt-oss-20b"));
    String text = out.toString();
    assertTrue(text.startsWith("DeepSeek-V3 (deepseek-v3)\n"), text);
    assertTrue(text.contains("  layers: 61 (58 with experts), width 7168\n"), text);
    assertTrue(text.contains("\nrouted experts "), text);
    assertTrue(text.contains("in multi-token prediction modules\n"), text);
    assertTrue(text.contains("\ngpt-oss-20b (gpt-oss-20b)\n"), text);
    assertTrue(text.contains("  balance: not published\n"), text);
  }

  @Test
  void params_context_addsScores() {
    assertEquals(0, run("mixtral-8x7b", "--context", "4096"));
    assertTrue(out.toString().contains("scores over 4096 tokens"), out.toString());
  }

  @Test
  void params_unknown_isOneLineWithTheNearestAndCode2() {
    assertEquals(2, run("mixtrel-8x7b"));
    assertEquals("", out.toString());
    assertEquals(1, err.toString().lines().count());
    assertTrue(
        err.toString()
            .startsWith(
                "params: no preset mixtrel-8x7b; closest is mixtral-8x7b, all are switch-base-8,"),
        err.toString());
  }

  @Test
  void params_negativeContext_isCode2() {
    assertEquals(2, run("--context", "-1"));
    assertEquals(1, err.toString().lines().count());
  }

  @Test
  void params_json_holdsAllFigures(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("params.json");
    assertEquals(0, run("mixtral-8x7b", "--json", file.toString()));
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertEquals(1, json.size());
    assertEquals(46_702_792_704L, json.get(0).get("total").get("all").asLong());
    assertEquals(
        4 * 46_702_792_704L, json.get(0).get("bytes").get("FLOAT32").get("all").asLong());
    assertEquals(4096, json.get(0).get("architecture").get("modelWidth").asInt());
  }

  @Test
  void params_docsWithoutMarkers_isCode2(@TempDir Path folder) throws IOException {
    Path page = Files.writeString(folder.resolve("page.md"), "# Page\n");
    assertEquals(2, run("--docs", page.toString()));
    assertTrue(err.toString().contains("begin generated: params"), err.toString());
  }

  @Test
  void page_ofTheDocs_isWhatTheCommandWrites() throws IOException {
    assertTrue(Files.readString(PAGE).contains(ParamsDocs.of(Presets.all()).strip()));
  }
}
