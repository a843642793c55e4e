package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.PageJson;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabReportTest {

  private static final String HOSTILE = "</script><script>alert(1)</script><!-- & \u2028";

  @TempDir
  Path folder;

  @Test
  void write_newFolder_holdsThePageAndTheFigures() throws IOException {
    Path target = folder.resolve("a/b");

    Path page = LabReport.write(LabFixture.complete(), target, false);

    assertEquals(target.resolve("report.html"), page);
    assertEquals(Set.of("report.html", "result.json", "result.csv"), names(target));
    assertEquals(PageJson.write(LabFixture.complete()), PageJson.write(LabReport.read(target)));
  }

  @Test
  void write_existingFile_isRefusedAndLeftAlone() throws IOException {
    Path json = Files.writeString(folder.resolve("result.json"), "mine");

    var e = assertThrows(
        FileAlreadyExistsException.class,
        () -> LabReport.write(LabFixture.complete(), folder, false));

    assertEquals(
        json + ": exists already; --force, in Java force = true, overwrites it", e.getMessage());
    assertEquals("mine", Files.readString(json));
    assertEquals(Set.of("result.json"), names(folder));
  }

  @Test
  void write_force_overwrites() throws IOException {
    Files.writeString(folder.resolve("result.json"), "old");
    Files.writeString(folder.resolve("report.html"), "old");

    LabReport.write(LabFixture.interrupted(), folder, true);

    assertTrue(Files.readString(folder.resolve("result.json")).startsWith("{"));
    assertTrue(Files.readString(folder.resolve("report.html")).endsWith("</html>\n"));
    assertEquals(Set.of("report.html", "result.json", "result.csv"), names(folder));
  }

  @Test
  void write_folderIsAFile_isAnIoException() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThrows(IOException.class, () -> LabReport.write(LabFixture.complete(), file, true));
  }

  @Test
  void html_everyModel_isNamed() {
    String html = LabReport.html(LabFixture.complete());

    for (ModelResult model : LabFixture.models()) {
      assertTrue(html.contains(model.name()), model::name);
    }
    assertFalse(Pattern.compile("\\{\\{\\w+}}").matcher(html).find(), "a placeholder is left");
  }

  @Test
  void html_anything_loadsNothingFromElsewhere() {
    String html = LabReport.html(LabFixture.complete());

    assertFalse(Pattern.compile("<[a-z]+[^>]*\\s(src|href)\\s*=\\s*[\"']?(https?:)?//")
        .matcher(html)
        .find());
    assertFalse(Pattern.compile("<script[^>]*\\ssrc").matcher(html).find());
    assertFalse(Pattern.compile("@import|url\\(\\s*[\"']?http").matcher(html).find());
    assertTrue(html.contains("default-src 'none'"));
  }

  @Test
  void html_hostileTexts_cannotEndTheScript() throws IOException {
    LabResult plain = LabFixture.complete();
    ModelResult model =
        LabFixture.model(HOSTILE, HOSTILE, 2, 3, plain.models().get(0).stages(), null);
    LabResult result = new LabResult(
        HOSTILE,
        null,
        "{{css}} $1 \\",
        true,
        "",
        plain.configuration(),
        plain.environment(),
        "bits per byte",
        "file",
        List.of(),
        List.of(),
        List.of(model));

    String html = LabReport.html(result);

    // As many scripts as the template has: the data, ECharts, and the page.
    assertEquals(3, html.split("<script", -1).length - 1);
    assertEquals(3, html.split("</script>", -1).length - 1);
    assertTrue(html.contains("{{css}} $1 \\\\"), "data must not be taken for a placeholder");
    assertTrue(html.contains("<h1>&lt;/script&gt;"));
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "version, version must be set but is null",
    "description, description must be set but is null",
    "steps, steps of configuration must be set but is null"
  })
  void read_null_isRefused(String field, String message, @TempDir Path folder) throws IOException {
    Path data = LabReport.write(LabFixture.complete(), folder, false).resolveSibling("result.json");
    String json = Files.readString(data);
    String models = json.substring(0, json.indexOf("\"models\""));
    boolean isOfModel = field.equals("description");
    int from = isOfModel ? models.length() : 0;
    String changed = json.substring(from)
        .replaceFirst(
            "\"%s\" : \"(?:[^\"\\\\]|\\\\.)*\"".formatted(field), "\"%s\" : null".formatted(field));
    Files.writeString(data, json.substring(0, from) + changed);

    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> LabReport.read(folder));

    assertTrue(e.getMessage().contains("result.json: "), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void read_unpairedSurrogate_isRefused(@TempDir Path folder) throws IOException {
    Path data = LabReport.write(LabFixture.complete(), folder, false).resolveSibling("result.json");
    Files.writeString(
        data, Files.readString(data).replaceFirst("\"title\" : \"", "\"title\" : \"\\\\ud800"));

    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> LabReport.read(folder));

    String message = "result.json: a text has an unpaired surrogate";
    assertTrue(e.getMessage().endsWith(message), e.getMessage());
  }
}
