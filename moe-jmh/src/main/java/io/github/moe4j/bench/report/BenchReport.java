package io.github.moe4j.bench.report;

import io.github.moe4j.cli.page.HtmlPage;
import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the page. */
final class BenchReport {
  private static final HtmlPage HTML = new HtmlPage(
      BenchReport.class,
      "bench.body.html",
      List.of("bench.css"),
      List.of(
          "bench.js",
          "bench.rows.js",
          "bench.dimensions.js",
          "bench.table.js",
          "bench.groups.js",
          "bench.peers.js",
          "bench.header.js"));

  private BenchReport() {}

  /** Refuses a place for the page that is taken, before anything is read. */
  static void requireUsable(Path out, List<Path> inputs, boolean force) {
    Require.that(!Files.isDirectory(out), "--out must be a file but %s is a folder", out);
    for (Path input : inputs) {
      Require.that(!same(input, out), "--out must not be one of the results but was %s", out);
    }
    Require.that(force || !Files.exists(out), "%s: exists already; --force overwrites it", out);
  }

  private static boolean same(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      return false; // one of them is not there
    }
  }

  /** Writes the page, beside its place first; makes the folder if need be. */
  static void write(BenchData data, Path out) throws IOException {
    Path folder = out.toAbsolutePath().getParent();
    if (folder != null) {
      FileErrors.createFolders(folder);
    }
    ReplacedFile.writeText(out, html(data));
  }

  static String html(BenchData data) {
    return HTML.of(data.title(), data);
  }
}
