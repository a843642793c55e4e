package io.github.moe4j.bench.lab.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes a result as {@value #PAGE}, one self-contained page that can be read without a network,
 * and as {@value #DATA}.
 */
public final class LabReport {

  /** Name of the page. */
  public static final String PAGE = "report.html";

  /** Name of the figures, in the form of {@link LabResult}; what was not measured is null. */
  public static final String DATA = "result.json";

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

  /** In the order in which they build on one another. */
  private static final List<String> SCRIPTS = List.of(
      "report.js",
      "report.charts.js",
      "report.curves.js",
      "report.load.js",
      "report.specialisation.js",
      "report.time.js",
      "report.draw.js");

  private LabReport() {}

  /**
   * Refuses a folder that holds a report already. Worth calling before a long run.
   *
   * @param folder where the report is to go; need not exist
   * @throws FileAlreadyExistsException if one of the two files is there
   */
  public static void requireFree(Path folder) throws FileAlreadyExistsException {
    for (String name : List.of(PAGE, DATA)) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(
            file.toString(), null, "exists already; --force overwrites it");
      }
    }
  }

  /**
   * Writes both files, each beside its place and then moved there, so that neither is ever half
   * written.
   *
   * @param result what to write
   * @param folder where to; made if need be
   * @param force whether to overwrite existing files
   * @return the page
   * @throws FileAlreadyExistsException if one of the two files is there and {@code force} is false
   * @throws IOException if the folder cannot be written to
   */
  public static Path write(LabResult result, Path folder, boolean force) throws IOException {
    if (!force) {
      requireFree(folder);
    }
    Files.createDirectories(folder);
    replace(folder.resolve(DATA), LabJson.write(result) + "\n");
    Path page = folder.resolve(PAGE);
    replace(page, html(result));
    return page;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param folder of a finished run
   * @throws IOException if its figures cannot be read
   */
  public static LabResult read(Path folder) throws IOException {
    return LabJson.read(Files.readString(folder.resolve(DATA)));
  }

  /** The page; the data are embedded, and its script does the rest. */
  static String html(LabResult result) {
    Map<String, String> parts = Map.of(
        "title", escaped(result.title()),
        "css", resource("report.css"),
        "echarts", forScript(resource("echarts.min.js")),
        "scripts",
            forScript(SCRIPTS.stream().map(LabReport::resource).collect(Collectors.joining())),
        "data", LabJson.writeForScript(result));
    Matcher places = PLACEHOLDER.matcher(resource("report.template.html"));
    return places.replaceAll(
        place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), place.group())));
  }

  private static void replace(Path file, String text) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(beside, text);
      try {
        Files.move(
            beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static String resource(String name) {
    try (InputStream in = LabReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the resource " + name + " cannot be read", e);
    }
  }

  /** A script must not hold its own end tag, not even in a string. */
  private static String forScript(String script) {
    return script.replace("</script", "<\\/script");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
