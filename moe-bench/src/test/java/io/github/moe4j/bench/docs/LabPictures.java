package io.github.moe4j.bench.docs;

import io.github.moe4j.cli.page.Browser;
import io.github.moe4j.lab.report.LabReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Takes the pictures of docs/images from the report of a run of the lab. Not a test, and not
 * run by the build: {@code docs/lab.md} has the command.
 */
@EnabledIfSystemProperty(named = "moe4j.pictures", matches = ".+", disabledReason = "not a test")
class LabPictures {
  private static final Path IMAGES = Path.of("..", "docs", "images");

  private static Map<String, String> charts() {
    Map<String, String> charts = new LinkedHashMap<>();
    charts.put("lab-load-unbalanced.svg", "#load-charts figure:nth-child(1) .chart");
    charts.put("lab-load-balanced.svg", "#load-charts figure:nth-child(2) .chart");
    charts.put("lab-experts-by-script.svg", "#script-chart");
    charts.put("lab-curves.svg", "#curves-late");
    return charts;
  }

  @Test
  void save() throws IOException {
    Path page = Path.of(System.getProperty("moe4j.pictures")).resolve(LabReport.PAGE);
    Files.createDirectories(IMAGES);
    try (Browser browser = Browser.open(page.toAbsolutePath(), 1000, 900, false)) {
      browser.select("#expert-model", "top-k");
      for (Map.Entry<String, String> chart : charts().entrySet()) {
        Files.writeString(
            IMAGES.resolve(chart.getKey()),
            browser.eval(
                    "page.lab.drawing(document.querySelector('%s'))".formatted(chart.getValue()))
                + "\n");
      }
    }
  }
}
