package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.moe4j.cli.TestWatch;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConformanceCommandTest {
  @TempDir
  private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... args) {
    return run(TestWatch.patient(), args);
  }

  private int run(TestWatch watches, Object... args) {
    String[] texts = java.util.Arrays.stream(args).map(Object::toString).toArray(String[]::new);
    return new CommandLine(new ConformanceCommand(watches))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(texts);
  }

  private List<String> lines() {
    return out.toString().lines().toList();
  }

  private void write(String file, Object contents) throws IOException {
    Files.writeString(directory.resolve(file), contents.toString());
  }

  @Test
  void call_builtIn_printsALineACaseAndTheTally() throws IOException {
    assertEquals(0, run());
    List<String> lines = lines();
    List<CaseFile> cases = BuiltInCases.all();
    List<CheckpointFolder> folders = BuiltInCheckpoints.copyTo(directory);
    int all = cases.size() + folders.size();
    assertEquals(all + 1, lines.size());
    for (int i = 0; i < all; i++) {
      String name =
          i < cases.size() ? cases.get(i).name() : folders.get(i - cases.size()).name();
      assertEquals("PASS " + name, lines.get(i));
    }
    assertEquals(
        "%d passed, %d folders passed, 0 failed, 0 skipped".formatted(cases.size(), folders.size()),
        lines.get(all));
    assertEquals("", err.toString());
  }

  @Test
  void call_goodBadAndUnknown_failsAndSorts() throws IOException {
    ObjectNode good = TestCases.builtIn("megatron_z_loss__basic");
    ObjectNode bad = good.deepCopy();
    TestCases.data(bad, "outputs", "z_loss").set(0, good.numberNode(7));
    write("c.json", good);
    write("a.json", bad);
    write("b.json", good.deepCopy().put("case", "novel__basic"));
    write("ignored.txt", "no case");
    assertEquals(1, run(directory));
    assertEquals(4, lines().size());
    assertTrue(lines().get(0).startsWith("FAIL a (worst error "), out.toString());
    assertTrue(lines().get(0).contains(" at z_loss: expected 7, was 0.0"), out.toString());
    assertTrue(lines().get(1).startsWith("SKIP b ("), out.toString());
    assertEquals("PASS c", lines().get(2));
    assertEquals("1 passed, 1 failed, 1 skipped", lines().get(3));
  }

  @Test
  void call_interrupted_talliesThoseThatRan() throws IOException {
    TestWatch watches = TestWatch.stopAfter(2);
    assertEquals(130, run(watches));
    assertEquals(4, lines().size(), out.toString());
    assertTrue(lines().get(1).startsWith("PASS "), out.toString());
    int all = BuiltInCases.all().size() + BuiltInCheckpoints.copyTo(directory).size();
    assertEquals("interrupted after 2 of " + all + " cases", lines().get(2));
    assertEquals("2 passed, 0 failed, 0 skipped", lines().get(3));
    assertTrue(watches.isClosed());
  }

  @Test
  void call_onlySkipped_isGood() throws IOException {
    write("b.json", TestCases.builtIn("megatron_z_loss__basic").put("case", "novel__basic"));
    assertEquals(0, run(directory));
    assertEquals("0 passed, 0 failed, 1 skipped", lines().get(1));
  }

  @Test
  void call_brokenJson_failsWithoutStackTrace() throws IOException {
    write("broken.json", "{\"case\": \"hf_mixtral_block__x\", \"inputs\": {");
    assertEquals(1, run(directory));
    assertTrue(lines().get(0).startsWith("FAIL broken (not JSON: "), out.toString());
    assertEquals("0 passed, 1 failed, 0 skipped", lines().get(1));
    assertFalse((out.toString() + err).contains("\tat "));
  }

  @Test
  void call_directoryNamedLikeACase_fails() throws IOException {
    Files.createDirectory(directory.resolve("folder.json"));
    assertEquals(1, run(directory));
    assertTrue(lines().get(0).startsWith("FAIL folder (cannot be read"), out.toString());
  }

  @Test
  void call_emptyDirectory_isWrongUsage() {
    assertEquals(2, run(directory));
    assertWrongUsage("no *.json and no checkpoint folder in directory: " + directory);
  }

  @Test
  void call_missingDirectory_isWrongUsage() {
    assertEquals(2, run(directory.resolve("none")));
    assertWrongUsage("not a directory: " + directory.resolve("none"));
  }

  @Test
  void call_fileInsteadOfDirectory_isWrongUsage() throws IOException {
    write("a.json", "{}");
    assertEquals(2, run(directory.resolve("a.json")));
    assertWrongUsage("not a directory: " + directory.resolve("a.json"));
  }

  private void assertWrongUsage(String message) {
    assertEquals(message, err.toString().strip());
    assertEquals("", out.toString());
  }
}
