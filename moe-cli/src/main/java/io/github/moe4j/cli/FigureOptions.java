package io.github.moe4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.core.internal.ReplacedFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Option;

/** Output options shared by the measuring commands. */
public final class FigureOptions {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the results to this file.")
  private @Nullable Path json;

  @Option(
      names = "--docs",
      hidden = true,
      paramLabel = "FILE",
      description = "Write the tables into this page, between its markers; Intel MKL, and a Java"
          + " runtime if the page has markers for it, have separate ones.")
  private @Nullable Path docs;

  /** Called by picocli. */
  public FigureOptions() {}

  /** Checks that the page, if one is given, has the markers of the part. */
  public void require(String part) throws IOException {
    if (docs != null) {
      GeneratedPart.require(docs, marker(docs, part));
    }
  }

  /**
   * Writes the requested files.
   *
   * @param part name of the page's part
   * @param figures to become JSON
   * @param tables to go into the page, Markdown
   */
  public void write(String part, Object figures, String tables) throws IOException {
    writeJson(figures);
    if (docs != null) {
      GeneratedPart.replace(docs, marker(docs, part), tables);
    }
  }

  /**
   * Writes a picture into the folder {@code images} beside the page, if one is given.
   *
   * @param name of the file
   * @param svg its text
   */
  public void writePicture(String name, String svg) throws IOException {
    if (docs != null) {
      GeneratedPart.picture(docs, name, svg);
    }
  }

  /**
   * Writes partial results of interrupted work: JSON marked incomplete, and no page.
   *
   * @param figures those measured
   * @param err receives a note that the page is left unchanged
   */
  public void writePartial(Object figures, PrintWriter err) throws IOException {
    Map<String, Object> partial = new LinkedHashMap<>();
    partial.put("complete", false);
    partial.put("figures", figures);
    writeJson(partial);
    if (docs != null) {
      err.println(docs + " is left unchanged");
      err.flush();
    }
  }

  private void writeJson(Object figures) throws IOException {
    if (json != null) {
      ReplacedFile.writeText(
          json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures));
    }
  }

  /** The library that makes matrix products, as ND4J names it. */
  public static String blas() {
    return String.valueOf(Nd4j.factory().blas().getBlasVendor());
  }

  /** Figures of another library or runtime do not replace those that a page has. */
  private static String marker(Path docs, String part) throws IOException {
    String own = blas().equals("MKL") ? part + "-mkl" : part;
    String ofRuntime = own + "-jdk" + Runtime.version().feature();
    return GeneratedPart.has(docs, ofRuntime) ? ofRuntime : own;
  }
}
