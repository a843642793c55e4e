package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.Browser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader sees and does, in Chromium if there is one. */
class LabReportBrowserTest {

  private static final List<String> CHARTS = List.of(
      "pareto-chart",
      "curves-all",
      "curves-late",
      "entropy-chart",
      "dropped-chart",
      "script-chart",
      "together-chart",
      "domain-chart",
      "time-chart");

  @TempDir
  Path folder;

  @Test
  void page_complete_showsEverySectionAndChart() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      for (String chart : CHARTS) {
        assertDrawn(browser, "#" + chart);
      }
      assertEquals(3, browser.texts("#load-charts figure h3").size());
      assertDrawn(browser, "#load-charts figure:last-child .chart");
      assertEquals(
          List.of(
              "Comparison",
              "Quality against speed",
              "Learning curves",
              "Load of the experts",
              "Specialization",
              "Time by stage",
              "Models",
              "Configuration"),
          browser.texts("#contents a"));
      assertEquals("0", browser.eval("performance.getEntriesByType('resource').length"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void savedCharts_areWellFormed() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      for (String chart : CHARTS) {
        String drawing = "page.lab.drawing(document.querySelector('#%s'))".formatted(chart);
        assertEquals(
            "",
            browser.eval("(new DOMParser().parseFromString(" + drawing
                + ", 'image/svg+xml').querySelector('parsererror') || {}).textContent || ''"),
            chart);
      }
    }
  }

  @Test
  void table_clickOnHeading_sortsAndTurnsRound() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      List<String> byBits =
          List.of("top-2 + Switch loss", "Switch top-1", "top-2, no balance loss", "dense");
      browser.find("#table thead th:nth-child(3) button").click();
      assertEquals(byBits, browser.texts("#table tbody th"));
      browser.find("#table thead th:nth-child(3) button").click();
      assertEquals(
          List.of("dense", "top-2, no balance loss", "Switch top-1", "top-2 + Switch loss"),
          browser.texts("#table tbody th"));

      // (2.803 + 2.779) / 2, and |2.803 - 2.779| / √2.
      assertEquals(
          "2.7910\n± 0.0170", browser.texts("#table tbody td:nth-child(3)").get(1));

      browser.find("#seeds-table thead th:nth-child(4) button").click();
      assertEquals(
          List.of("41,250", "31,730", "24,900", "24,310", "23,120", "22,480"),
          browser.texts("#seeds-table tbody td:nth-child(4)"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void specialization_otherModelChosen_isDrawnAgain() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      remember(browser, "domain-chart");
      browser.find("#expert-model option:last-child").click();
      awaitOther(browser, "domain-chart");
      assertFalse(browser.find("#together-figure").isDisplayed(), "one choice: never together");
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void models_parts_haveFormulas() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      assertEquals(4, browser.texts(".model").size());
      assertTrue(browser.texts(".formula").contains("L = α · E · Σᵢ fᵢ·Pᵢ"));
    }
  }

  @Test
  void buttons_copyAndSave_work() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      assertEquals(
          "java -jar moe-bench.jar lab --routers dense,top-k-unbalanced,top-k,switch --seeds 42,43"
              + " --steps 3000 --batch 16 --learning-rate 0.002 --text 'it'\\''s mine.txt' --trace",
          browser.find("#command").getText());
      browser.find("#copy").click();
      assertEquals(
          browser.eval("document.querySelectorAll('.chart').length"),
          browser.eval("document.querySelectorAll('.chart + .save').length"));
      browser.find("#time-chart + .save").click();
      String drawing = browser.eval("page.lab.drawing(document.getElementById('time-chart'))");
      assertTrue(drawing.startsWith("<svg") && drawing.contains("top-2 + Switch loss"), drawing);
      assertEquals(List.of(), browser.complaints());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void page_widthOfAPhone_doesNotOverflow(boolean large) throws IOException {
    try (Browser browser = open(large ? LabFixture.large() : LabFixture.complete(), 390)) {
      assertEquals("390", browser.eval("innerWidth"));
      assertEquals("true", browser.eval("document.documentElement.scrollWidth <= innerWidth"));
      CHARTS.stream()
          .filter(chart -> browser.find("#" + chart).isDisplayed())
          .forEach(chart -> assertDrawn(browser, "#" + chart));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void scheme_turnsDark_isDrawnAgain() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      String back = "getComputedStyle(document.body).backgroundColor";
      String light = browser.eval(back);
      remember(browser, "time-chart");
      browser.scheme(true);
      awaitOther(browser, "time-chart");
      assertNotEquals(light, browser.eval(back));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void page_interrupted_saysSo() throws IOException {
    try (Browser browser = open(LabFixture.interrupted(), 1200)) {
      assertTrue(browser.find("#interrupted").getText().contains("Interrupted after 1,200"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void page_oneSeedOnly_hidesWhatIsAboutSeeds() throws IOException {
    LabResult result = LabFixture.result(true, "", LabFixture.models().subList(0, 2));
    try (Browser browser = open(result, 1200)) {
      assertFalse(browser.find("#seeds").isDisplayed());
      assertFalse(browser.find("#dropped-figure").isDisplayed(), "nothing was dropped");
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void page_nothingMeasured_hidesTheSections() throws IOException {
    LabResult result = LabFixture.result(false, "0 of 3,000 steps", List.of());
    try (Browser browser = open(result, 1200)) {
      assertEquals(List.of("Configuration"), browser.texts("#contents a"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  private Browser open(LabResult result, int width) throws IOException {
    return Browser.open(LabReport.write(result, folder, true), width, 900, false);
  }

  private static void remember(Browser browser, String chart) {
    browser.eval("window.before = document.getElementById('" + chart + "').innerHTML");
  }

  /** Charts are drawn again when the browser has told the page of the change, not at once. */
  private static void awaitOther(Browser browser, String chart) {
    browser.await("window.before !== document.getElementById('" + chart + "').innerHTML");
  }

  private static void assertDrawn(Browser browser, String selector) {
    String shapes = "document.querySelectorAll('" + selector + " svg path').length";
    assertTrue(Integer.parseInt(browser.eval(shapes)) > 0, selector);
  }
}
