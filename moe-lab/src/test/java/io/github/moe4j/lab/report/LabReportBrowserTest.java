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
              "Text by expert",
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

      // With seed 42 alone, which dense has: 2.803 - 2.871.
      assertEquals(
          List.of("–", "−0.0680\none seed:\nno interval"),
          browser.texts("#table tbody td:nth-child(4)").subList(0, 2));
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
      assertTrue(browser
          .find("#script-caption")
          .getText()
          .endsWith("Rows are blank without such text in the held-out windows: Han"));
      assertFalse(browser.find("#together-figure").isDisplayed(), "one choice: never together");
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void seeds_otherChosen_areDrawnAndNamed() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      assertEquals(List.of("42", "43"), browser.texts("#load-seed option"));
      remember(browser, "load-charts");
      browser.select("#load-seed", "43");
      awaitOther(browser, "load-charts");
      assertEquals(
          List.of(
              "top-2, no balance loss, seed 43",
              "top-2 + Switch loss, seed 43",
              "Switch top-1, seed 42"),
          browser.texts("#load-charts h3"));
      remember(browser, "domain-chart");
      browser.select("#expert-seed", "43");
      awaitOther(browser, "domain-chart");
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void differences_threeSeeds_haveIntervals() throws IOException {
    try (Browser browser = open(LabFixture.large(), 1200)) {
      String head = "difference to router-0+switch-loss";
      assertEquals(head, browser.texts("#table thead th:nth-child(4)").get(0));
      PairedDifference found =
          LabDifferences.of(LabFixture.large()).rows().get(0).difference();
      assertEquals(
          "%+.4f\n± %.4f\n%+.4f to %+.4f\n%s"
              .formatted(
                  found.mean(),
                  found.deviation(),
                  found.low(),
                  found.high(),
                  found.excludesZero() ? "excludes 0" : "includes 0")
              .replace('-', '−'),
          browser.texts("#table tbody tr:nth-child(2) td:nth-child(4)").get(0));
    }
  }

  @Test
  void text_characters_haveTheColourOfTheirExpert() throws IOException {
    try (Browser browser = open(LabFixture.complete(), 1200)) {
      assertEquals(5, browser.texts(".piece").size());
      String first = ".piece:first-child .coloured span:nth-child(%d)";
      // Code points are as many as what the reader sees, but for Devanagari: signs stand on
      // letters.
      assertEquals("64", browser.eval("document.querySelector('.coloured').children.length"));
      assertTrue(Integer.parseInt(
              browser.eval("document.querySelectorAll('.coloured')[3].children.length"))
          < 19);
      String colour = "getComputedStyle(document.querySelector('%s')).backgroundColor";
      FirstChoices choices =
          LabFixture.models().get(1).expertUse().text().get(0).layers().get(0);
      for (int i = 0; i < 8; i++) {
        String own = browser.eval(colour.formatted(first.formatted(i + 1)));
        int expert = choices.experts()[i];
        String legend = expert < 0
            ? "rgba(0, 0, 0, 0)"
            : browser.eval(colour.formatted("#text-legend .patch[data-expert=\"" + expert + "\"]"));
        assertEquals(legend, own, "character " + i);
      }
      browser.find(first.formatted(1)).click();
      assertEquals(
          "“D”: expert %d, weight %.3f".formatted(choices.experts()[0], choices.weights()[0]),
          browser.find(".text-tip").getText());
      browser.find(first.formatted(5)).click();
      assertEquals("“s”: no expert", browser.find(".text-tip").getText());

      browser.find("#text-legend button[data-expert='1']").click();
      assertEquals(
          "true",
          browser.eval("[...document.querySelectorAll('.coloured span')].every(s =>"
              + " (s.style.background !== 'none') === (s.dataset.expert === '1'))"));
      assertEquals(List.of("block 0", "block 1"), browser.texts("#text-layer option"));
      remember(browser, "text-pieces");
      browser.select("#text-layer", "block 1");
      awaitOther(browser, "text-pieces");
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
      assertEquals(
          "true",
          browser.eval("[...document.querySelectorAll('#legend button')].every(b =>"
              + " b.children.length === 0 || b.lastChild.getBoundingClientRect().left >="
              + " b.firstChild.getBoundingClientRect().right)"),
          "a name is beside its swatch");
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
      assertEquals(
          List.of("dense", "top-2, no balance loss\nunfinished: 1,200 of 3,000 steps"),
          browser.texts("#table tbody th"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void page_oneSeedOnly_hidesWhatIsAboutSeeds() throws IOException {
    LabResult result = LabFixture.result(true, "", LabFixture.models().subList(0, 2));
    try (Browser browser = open(result, 1200)) {
      assertFalse(browser.find("#seeds").isDisplayed());
      for (String select : List.of("#load-seed", "#expert-seed", "#text-seed")) {
        assertFalse(browser.find(select).isDisplayed(), select);
      }
      assertEquals(
          List.of("−0.0680\none seed:\nno interval"),
          browser.texts("#table tbody tr:last-child td:nth-child(3)"));
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

  @Test
  void page_overRanks_hasARowForEach() throws IOException {
    try (Browser browser = open(RankUseTest.overRanks(), 1200)) {
      assertTrue(browser.texts("#contents a").contains("Ranks"));
      assertEquals(
          List.of("dense, rank 0", "dense, rank 1", "top-k, rank 0", "top-k, rank 1"),
          browser.texts("#ranks-table tbody th"));
      assertEquals(
          List.of("0", "–", "1.00", "0.0"), browser.texts("#ranks-table tbody tr:first-child td"));
      assertEquals(
          List.of("2", "40.0", "1.50", "35.0"),
          browser.texts("#ranks-table tbody tr:last-child td"));
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
