package io.github.moe4j.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchReportCommandTest {
  @TempDir
  Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path jmh = Path.of("");
  private Path peers = Path.of("");
  private Path page = Path.of("");

  @BeforeEach
  void files() throws IOException {
    jmh = write(
        "jmh.json",
        ResultTexts.router("top-k", 4000, "\"NaN\"", "ns/op"),
        ResultTexts.router(ResultTexts.HOSTILE.replace("\u2028", ""), 7000, "1", "ns/op"));
    peers = write("peers.json", ResultTexts.peer("moe4j", 5.9, 1), ResultTexts.peer("torch", 6, 2));
    page = folder.resolve("new/page.html");
  }

  private Path write(String name, String... entries) throws IOException {
    return Files.writeString(folder.resolve(name), ResultTexts.all(entries));
  }

  private int execute(Object... arguments) {
    String[] texts = new String[arguments.length];
    Arrays.setAll(texts, i -> arguments[i].toString());
    return new CommandLine(new BenchReportCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(texts);
  }

  private void requireUsage(String error) {
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().startsWith("bench-report: "), err.toString());
    assertTrue(err.toString().contains(error), err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void call_bothKinds_pageHoldsTheData() throws IOException {
    assertEquals(0, execute(jmh, peers, "--out", page), err.toString());
    assertEquals("report: " + page, out.toString().strip());
    String html = Files.readString(page);
    assertTrue(html.contains("\"name\":\"jmh.json\""));
    assertTrue(html.contains("\"params\":{\"router\":\"top-k\",\"size\":\"8x2\"},\"score\":4.0,"));
    assertTrue(html.contains("\"error\":null"), "NaN is null in JSON");
    assertTrue(html.contains("\"system\":\"torch\""));
    assertTrue(html.endsWith("</html>\n"));
    assertFalse(Pattern.compile("\\{\\{\\w+}}").matcher(html).find(), "a placeholder is left");
  }

  @Test
  void call_anything_pageLoadsNothingFromElsewhere() throws IOException {
    assertEquals(0, execute(jmh, peers, "--out", page));
    String html = Files.readString(page);
    assertFalse(Pattern.compile("<[a-z]+[^>]*\\s(src|href)\\s*=\\s*[\"']?(https?:)?//")
        .matcher(html)
        .find());
    assertFalse(Pattern.compile("<script[^>]*\\ssrc").matcher(html).find());
    assertFalse(Pattern.compile("@import|url\\(\\s*[\"']?http").matcher(html).find());
    assertTrue(html.contains("default-src 'none'"));
    assertFalse(html.contains("/home/someone"), "paths of the machine are not shown");
  }

  @Test
  void call_hostileTexts_cannotEndTheScript() throws IOException {
    Path hostile = write("<b>&.json", ResultTexts.peer(ResultTexts.HOSTILE, 1, 1));
    assertEquals(0, execute(jmh, hostile, "--out", page), err.toString());
    String html = Files.readString(page);
    // As many scripts as the template has: the data, ECharts, and the page.
    assertEquals(3, html.split("<script", -1).length - 1);
    assertEquals(3, html.split("</script>", -1).length - 1);
    assertTrue(html.contains("\\u003cb>&.json"));
  }

  @Test
  void scripts_anything_neverSetTextAsHtml() throws IOException {
    assertEquals(0, execute(jmh, "--out", page));
    String html = Files.readString(page);
    String own = html.substring(html.lastIndexOf("<script"));
    assertFalse(Pattern.compile("innerHTML|outerHTML|insertAdjacent|document\\.write")
        .matcher(own)
        .find());
  }

  @Test
  void call_existingPage_isLeftAloneWithoutForce() throws IOException {
    Path old = Files.writeString(folder.resolve("old.html"), "mine");
    assertEquals(2, execute(jmh, "--out", old));
    requireUsage(old + ": exists already; --force overwrites it");
    assertEquals("mine", Files.readString(old));
    assertEquals(0, execute(jmh, "--out", old, "--force"));
    assertTrue(Files.readString(old).startsWith("<!DOCTYPE html>"));
  }

  @Test
  void call_outIsAResult_isRefusedEvenWithForce() throws IOException {
    String before = Files.readString(jmh);
    assertEquals(2, execute(peers, jmh, "--force", "--out", folder.resolve("./jmh.json")));
    requireUsage("--out must not be one of the results");
    assertEquals(before, Files.readString(jmh));
  }

  @Test
  void call_outIsAFolder_isWrongUsage() {
    assertEquals(2, execute(jmh, "--force", "--out", folder));
    requireUsage("--out must be a file but " + folder + " is a folder");
  }

  @Test
  void call_missingFile_isWrongUsage() {
    assertEquals(2, execute(jmh, folder.resolve("none.json"), "--out", page));
    requireUsage("no such file: " + folder.resolve("none.json"));
    assertFalse(Files.exists(page));
  }

  @Test
  void call_fileIsAFolder_isWrongUsage() {
    assertEquals(2, execute(folder, "--out", page));
    requireUsage(folder + ": is a folder, not a file");
  }

  @Test
  void call_someOtherFile_isWrongUsage() throws IOException {
    Path other = Files.writeString(folder.resolve("other.json"), "{\"a\": 1}");
    assertEquals(2, execute(jmh, other, "--out", page));
    requireUsage(other + " must be what jmh -rf json -rff FILE or peers --json FILE wrote");
    assertFalse(Files.exists(page));
  }

  @Test
  void call_withoutFiles_isWrongUsage() {
    assertEquals(2, execute());
    assertTrue(err.toString().contains("FILE"), err.toString());
  }
}
