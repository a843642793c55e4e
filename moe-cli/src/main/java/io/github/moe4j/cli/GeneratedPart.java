package io.github.moe4j.cli;

import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A generated part of a page, between two comments that name it. */
public final class GeneratedPart {
  private GeneratedPart() {}

  /** Checks that a page has the markers. */
  public static void require(Path page, String name) throws IOException {
    String text = Files.readString(page);
    int from = text.indexOf(begin(name));
    Require.that(
        from >= 0 && text.indexOf(end(name)) > from,
        "%s must have the lines %s and %s",
        page,
        begin(name).strip(),
        end(name));
  }

  /** Whether a page has the first of the markers. */
  static boolean has(Path page, String name) throws IOException {
    return Files.readString(page).contains(begin(name));
  }

  /** Replaces the part. */
  public static void replace(Path page, String name, String content) throws IOException {
    require(page, name);
    String text = Files.readString(page);
    int start = text.indexOf(begin(name)) + begin(name).length();
    int stop = text.indexOf(end(name));
    ReplacedFile.writeText(
        page, text.substring(0, start) + "\n" + content.strip() + "\n\n" + text.substring(stop));
  }

  /**
   * Writes a picture of a page, into the folder {@code images} beside it.
   *
   * @param name of the file
   */
  public static void picture(Path page, String name, String svg) throws IOException {
    Path images = page.toAbsolutePath().resolveSibling("images");
    Files.createDirectories(images);
    ReplacedFile.writeText(images.resolve(name), svg);
  }

  private static String begin(String name) {
    return "<!-- begin generated: " + name + " -->\n";
  }

  private static String end(String name) {
    return "<!-- end generated: " + name + " -->";
  }
}
