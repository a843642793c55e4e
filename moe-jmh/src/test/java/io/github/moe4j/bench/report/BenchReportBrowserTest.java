package io.github.moe4j.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What a reader sees of benchmarks' results, in Chromium if there is one. */
class BenchReportBrowserTest {
  @TempDir
  Path folder;

  private Path page() throws IOException {
    Path jmh = Files.writeString(
        folder.resolve("jmh.json"),
        ResultTexts.all(
            ResultTexts.router("top-k", 4000, "20", "ns/op"),
            ResultTexts.router("switch", 3000, "\"NaN\"", "ns/op"),
            ResultTexts.router(ResultTexts.HOSTILE.replace("\u2028", ""), 7000, "1", "ns/op")));
    Path peers = Files.writeString(
        folder.resolve("peers.json"),
        ResultTexts.all(ResultTexts.peer("moe4j", 5.9, 1), ResultTexts.peer("torch", 6, 2)));
    Path page = folder.resolve("page.html");
    assertEquals(
        0,
        new CommandLine(new BenchReportCommand())
            .execute(jmh.toString(), peers.toString(), "--out", page.toString()));
    return page;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void page_isDrawnWithoutComplaintAndLoadsNothing(boolean dark) throws IOException {
    try (Browser browser = Browser.open(page(), 1200, 900, dark)) {
      assertNotEquals("0", browser.eval("document.querySelectorAll('.chart svg path').length"));
      assertEquals(
          "0",
          browser.eval("[...document.querySelectorAll('.chart')].filter("
              + "(c) => c.clientWidth > 0 && !c.querySelector('svg')).length"));
      assertEquals("0", browser.eval("performance.getEntriesByType('resource').length"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void page_uncertainFigures_areMarkedInTableAndSaidHowMany() throws IOException {
    try (Browser browser = Browser.open(page(), 1200, 900, false)) {
      assertEquals(
          "1",
          browser.eval("[...document.querySelectorAll('table.figures td')].filter("
              + "(cell) => cell.textContent.includes('⚠')).length"));
      String warning = browser.texts(".warning").get(0);
      assertTrue(warning.startsWith("⚠ 1 of 3 figures: the error"), warning);
    }
  }

  @Test
  void legend_ofAParameter_namesIt() throws IOException {
    Path file = Files.writeString(
        folder.resolve("k.json"),
        ResultTexts.all(
            ResultTexts.run("a.B.c", "{\"k\": \"2\", \"router\": \"x\"}", 1, "1", "ns/op", "[[1]]"),
            ResultTexts.run("a.B.c", "{\"k\": \"4\", \"router\": \"x\"}", 2, "1", "ns/op", "[[2]]"),
            ResultTexts.run(
                "a.B.c", "{\"k\": \"2\", \"router\": \"y\"}", 3, "1", "ns/op", "[[3]]")));
    Path page = folder.resolve("k.html");
    assertEquals(
        0,
        new CommandLine(new BenchReportCommand())
            .execute(file.toString(), "--out", page.toString()));
    try (Browser browser = Browser.open(page, 1200, 900, false)) {
      String legend = String.join(" ", browser.texts(".legend.names"));
      assertTrue(legend.contains("k 2") && legend.contains("k 4"), legend);
    }
  }

  @Test
  void page_onAPhone_isNotWiderThanIt() throws IOException {
    try (Browser browser = Browser.open(page(), 390, 844, false)) {
      assertEquals("true", browser.eval("document.documentElement.scrollWidth <= 390"));
    }
  }

  @Test
  void table_clickOnHeading_sortsAndTurnsRound() throws IOException {
    try (Browser browser = Browser.open(page(), 1200, 900, false)) {
      browser.eval("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
      String rows = "table.figures tbody tr";
      browser.find("table.figures thead th:last-child button").click();
      List<String> once = browser.texts(rows);
      browser.find("table.figures thead th:first-child button").click();
      List<String> byName = browser.texts(rows);
      browser.find("table.figures thead th:first-child button").click();
      List<String> back = browser.texts(rows);
      assertFalse(once.isEmpty());
      assertNotEquals(byName, back);
    }
  }
}
