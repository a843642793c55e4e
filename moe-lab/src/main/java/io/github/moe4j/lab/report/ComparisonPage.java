package io.github.moe4j.lab.report;

import io.github.moe4j.cli.page.HtmlPage;
import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.ReplacedFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a comparison of two results as {@value #PAGE}, readable without a network. */
public final class ComparisonPage {

  /** Name of the page. */
  public static final String PAGE = "compare.html";

  private static final HtmlPage HTML = new HtmlPage(
      ComparisonPage.class,
      "compare.body.html",
      List.of("report.css"),
      List.of(
          "report.models.js",
          "compare.js",
          "report.labels.js",
          "report.pareto.js",
          "report.lines.js",
          "report.curves.js",
          "report.svg.js"));

  private ComparisonPage() {}

  /**
   * The data of the page.
   *
   * @param version version of this library
   * @param loss what the curves measure
   * @param comparison figures
   * @param models the compared models of both results, named after their result, for the charts
   */
  record Data(String version, String loss, LabComparison comparison, List<ModelResult> models) {}

  /**
   * Writes the page.
   *
   * @param comparison what to write
   * @param version version of this library
   * @param folder target, created if missing
   * @param force whether to overwrite an existing page
   * @return the page
   * @throws FileAlreadyExistsException if the page exists and {@code force} is false
   * @throws IOException if the folder cannot be written to
   */
  public static Path write(LabComparison comparison, String version, Path folder, boolean force)
      throws IOException {
    Path page = folder.resolve(PAGE);
    if (!force && Files.exists(page)) {
      throw new FileAlreadyExistsException(
          page.toString(), null, "exists already; --force overwrites it");
    }
    FileErrors.createFolders(folder);
    ReplacedFile.writeText(page, html(comparison, version));
    return page;
  }

  static String html(LabComparison comparison, String version) {
    List<ModelResult> models = new ArrayList<>();
    for (LabComparison.Pair pair : comparison.models()) {
      pair.a().forEach(model -> models.add(of("A", model)));
      pair.b().forEach(model -> models.add(of("B", model)));
    }
    return HTML.of(
        "Comparison of two runs", new Data(version, comparison.loss(), comparison, models));
  }

  /** The charts of this page need no figures of experts, most of a result's size. */
  private static ModelResult of(String result, ModelResult model) {
    return new ModelResult(
        result + ": " + model.name(),
        model.seed(),
        model.description(),
        model.parts(),
        model.parameters(),
        model.activeParameters(),
        model.validationLoss(),
        model.tokensPerSecond(),
        model.stages(),
        model.curve(),
        null);
  }
}
