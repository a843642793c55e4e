package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.Browser;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of a comparison, in Chromium if there is one. */
class ComparisonBrowserTest {
  @TempDir
  Path folder;

  private static LabComparison comparison() {
    LabResult a = LabFixture.complete();
    Stream<ModelResult> better = a.models().stream().map(ComparisonBrowserTest::better);
    LabResult b = LabFixture.result(true, "", better.toList());
    return LabComparison.of(a, b);
  }

  /** By 0.01 with one seed and 0.0102 with the other. */
  private static ModelResult better(ModelResult m) {
    return new ModelResult(
        m.name(),
        m.seed(),
        m.description(),
        m.parts(),
        m.parameters(),
        m.activeParameters(),
        m.validationLoss() - (m.seed() == 42 ? 0.01 : 0.0102),
        m.tokensPerSecond(),
        m.stages(),
        m.curve(),
        m.expertUse());
  }

  @Test
  void write_existingPage_isRefusedUnlessForced() throws IOException {
    Path page = ComparisonPage.write(comparison(), "v", folder.resolve("new"), false);
    assertEquals(folder.resolve("new").resolve("compare.html"), page);
    Files.writeString(page, "mine");
    assertEquals(
        page + ": exists already; --force overwrites it",
        assertThrows(
                FileAlreadyExistsException.class,
                () -> ComparisonPage.write(comparison(), "v", page.getParent(), false))
            .getMessage());
    assertEquals("mine", Files.readString(page));
    ComparisonPage.write(comparison(), "v", page.getParent(), true);
    assertTrue(Files.readString(page).endsWith("</html>\n"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1200, 390})
  void page_anyWidth_showsTablesAndCharts(int width) throws IOException {
    Path page = ComparisonPage.write(comparison(), "0.1.0", folder, false);
    try (Browser browser = Browser.open(page, width, 900, width == 390)) {
      assertEquals(
          List.of("Settings", "Differences", "Learning curves", "Quality against speed"),
          browser.texts("#contents a"));
      assertEquals(
          List.of("dense", "top-2, no balance loss", "top-2 + Switch loss", "Switch top-1"),
          browser.texts("#tables h3"));
      // Seeds 42 and 43: -0.0101 ± 0.00014, and 12.706 · 0.00014 / √2 = 0.00127.
      assertEquals(
          List.of(
              "2.7910 ± 0.0170",
              "2.7809 ± 0.0171",
              "−0.0101 ± 0.0001",
              "−0.0114 to −0.0088\nexcludes 0",
              "2"),
          browser.texts("#tables .scroller:nth-of-type(2) tbody tr:first-child td"));
      assertEquals(8, browser.texts("#legend .stroke").size());
      String stroke =
          "getComputedStyle(document.querySelectorAll('#legend .stroke')[%d])" + ".borderTopColor";
      assertEquals(
          browser.eval(stroke.formatted(2)), browser.eval(stroke.formatted(3)), "one model");
      assertNotEquals(
          browser.eval(stroke.formatted(0)), browser.eval(stroke.formatted(2)), "two models");
      for (String chart : List.of("curves-all", "curves-late", "pareto-chart")) {
        assertTrue(
            Integer.parseInt(
                    browser.eval("document.querySelectorAll('#" + chart + " svg path').length"))
                > 0,
            chart);
      }
      assertEquals("true", browser.eval("document.documentElement.scrollWidth <= innerWidth"));
      assertEquals("0", browser.eval("performance.getEntriesByType('resource').length"));
      assertEquals(List.of(), browser.complaints());
    }
  }
}
