package io.github.moe4j.lab.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.moe4j.cli.page.HtmlPage;
import io.github.moe4j.cli.page.PageJson;
import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.ReplacedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a result as {@value #PAGE}, one self-contained page that is readable without a network, and
 * as {@value #DATA} and {@value #CSV}.
 */
public final class LabReport {

  /** Name of the page. */
  public static final String PAGE = "report.html";

  /** Name of the figures, in the form of {@link LabResult}; values not measured are null. */
  public static final String DATA = "result.json";

  /** Name of the figures as a table, a line for each model and seed. */
  public static final String CSV = "result.csv";

  private static final long MOST_BYTES = 1 << 30;

  private static final HtmlPage HTML = new HtmlPage(
      LabReport.class,
      "report.body.html",
      List.of("report.css"),
      List.of(
          "report.models.js",
          "report.js",
          "report.table.js",
          "report.labels.js",
          "report.pareto.js",
          "report.lines.js",
          "report.curves.js",
          "report.load.js",
          "report.routing.js",
          "report.heat.js",
          "report.domains.js",
          "report.specialization.js",
          "report.text.js",
          "report.time.js",
          "report.ranks.js",
          "report.parts.js",
          "report.settings.js",
          "report.svg.js"));

  private LabReport() {}

  /**
   * Refuses a folder that holds a report already. Worth calling before a long run.
   *
   * @param folder where the report is to go; need not exist
   * @throws FileAlreadyExistsException if one of the files exists
   */
  public static void requireFree(Path folder) throws FileAlreadyExistsException {
    for (String name : List.of(PAGE, DATA, CSV)) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(
            file.toString(), null, "exists already; --force, in Java force = true, overwrites it");
      }
    }
  }

  /**
   * Writes all files, each beside its place and then moved there, so that neither is ever half
   * written.
   *
   * @param result what to write
   * @param folder where to; made if need be
   * @param force whether to overwrite existing files
   * @return the page
   * @throws FileAlreadyExistsException if one of the files exists and {@code force} is false
   * @throws IOException if the folder cannot be written to
   */
  public static Path write(LabResult result, Path folder, boolean force) throws IOException {
    if (!force) {
      requireFree(folder);
    }
    FileErrors.createFolders(folder);
    ReplacedFile.writeText(folder.resolve(DATA), PageJson.write(result) + "\n");
    ReplacedFile.writeText(folder.resolve(CSV), LabCsv.write(result));
    Path page = folder.resolve(PAGE);
    ReplacedFile.writeText(page, html(result));
    return page;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param folder of a run
   * @throws IllegalArgumentException if it has none
   */
  public static LabResult read(Path folder) {
    try {
      LabResult result =
          PageJson.read(RegularFile.text(folder.resolve(DATA), MOST_BYTES), LabResult.class);
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(PageJson.write(result))) {
        throw new IllegalArgumentException(DATA + ": a text has an unpaired surrogate");
      }
      return result;
    } catch (IOException | IllegalArgumentException e) {
      String reason = e instanceof JsonProcessingException json
          ? DATA + ": " + json.getOriginalMessage()
          : FileErrors.message(e);
      throw new IllegalArgumentException(folder + " holds no readable result: " + reason, e);
    }
  }

  /** The page with its data and scripts embedded. */
  static String html(LabResult result) {
    return HTML.of(result.title(), ReportData.of(result));
  }
}
