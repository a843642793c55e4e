package io.github.moe4j.bench.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CHANGELOG.md in the form of Keep a Changelog 1.1.0. Uses the JDK only, so that a release can move the entries of
 * "Unreleased" to the new version before anything is built: {@code java Changelog.java CHANGELOG.md 0.1.0 2026-11-30}
 */
final class Changelog {
  static final List<String> KINDS =
      List.of("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security");
  private static final String REPOSITORY = "https://github.com/moe4j/moe4j";
  private static final String UNRELEASED = "## [Unreleased]\n";
  private static final Pattern LINK = Pattern.compile("(?m)^\\[Unreleased\\]: \\S+\n");
  private static final Pattern SECTION =
      Pattern.compile("(?m)^## \\[(\\S+)\\](?: - (\\d{4}-\\d{2}-\\d{2}))?( \\[YANKED\\])?$");

  private Changelog() {}

  public static void main(String... args) throws IOException {
    Path file = Path.of(args[0]);
    Files.writeString(file, release(Files.readString(file), args[1], args[2]));
  }

  /**
   * Moves what is under "Unreleased" to a new version.
   *
   * @throws IllegalArgumentException if nothing is there, or the version has a section already
   */
  static String release(String text, String version, String date) {
    if (text.contains("\n## [" + version + "]")) {
      throw new IllegalArgumentException("the changelog has a section for " + version + " already");
    }
    int start = text.indexOf(UNRELEASED);
    if (start < 0) {
      throw new IllegalArgumentException("the changelog has no section \"Unreleased\"");
    }
    Matcher link = LINK.matcher(text);
    if (!link.find()) {
      throw new IllegalArgumentException("the changelog has no link of \"Unreleased\"");
    }
    int entries = start + UNRELEASED.length();
    int next = text.indexOf("\n## ", entries);
    String moved = text.substring(entries, next < 0 ? link.start() : next);
    if (!moved.contains("\n- ") && !moved.contains("\n|")) {
      throw new IllegalArgumentException("nothing is under \"Unreleased\"");
    }
    return text.substring(0, entries)
        + "\n## [" + version + "] - " + date + "\n"
        + text.substring(entries, link.start())
        + "[Unreleased]: " + REPOSITORY + "/compare/v" + version + "...HEAD\n"
        + "[" + version + "]: " + REPOSITORY + "/releases/tag/v" + version + "\n"
        + text.substring(link.end());
  }

  /** What departs from the form: kinds of entries, dates, links, and lines that a merge left twice. */
  static List<String> faults(String text) {
    List<String> faults = new ArrayList<>();
    Matcher sections = SECTION.matcher(text);
    List<String> versions = new ArrayList<>();
    String dateBefore = "9999-99-99";
    while (sections.find()) {
      String version = sections.group(1);
      String date = sections.group(2);
      boolean unreleased = version.equals("Unreleased");
      if (unreleased != versions.isEmpty() || unreleased != (date == null)) {
        faults.add("must be Unreleased, or a version and its date: " + sections.group());
      } else if (date != null && date.compareTo(dateBefore) > 0) {
        faults.add("must be in order, the newest first: " + sections.group());
      }
      dateBefore = date == null ? dateBefore : date;
      versions.add(version);
      if (!text.contains("\n[" + version + "]: " + REPOSITORY)) {
        faults.add("without a link at the end of the page: " + version);
      }
    }
    for (String section : text.split("(?m)^## ")) {
      faultsOfSection(section, faults);
    }
    return faults;
  }

  private static void faultsOfSection(String section, List<String> faults) {
    String version = section.lines().findFirst().orElse("");
    List<String> kinds = section
        .lines()
        .filter(line -> line.startsWith("### "))
        .map(line -> line.substring(4))
        .toList();
    if (!KINDS.stream().filter(kinds::contains).toList().equals(kinds)) {
      faults.add(version + ": must be some of " + KINDS + " in this order but were " + kinds);
    }
    Set<String> seen = new HashSet<>();
    section
        .lines()
        .filter(line -> (line.startsWith("- ") || line.length() > 40) && !seen.add(line))
        .forEach(line -> faults.add(version + ": twice: " + line));
  }
}
