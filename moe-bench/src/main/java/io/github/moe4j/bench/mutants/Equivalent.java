package io.github.moe4j.bench.mutants;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Survivors of which a file says that no test can tell them from the code: an entry of {@code src/test/mutants.txt}.
 * Entries are separated by blank lines; lines that begin with # are comments.
 *
 * <pre>
 * balance.ZLoss.evaluate ConditionalsBoundary x2
 *     if (x &gt; 0) {
 * The reason, in one line or more.
 * </pre>
 *
 * @param count of how many mutants; 1 unless the head ends with another
 */
record Equivalent(Place place, int count, String reason) {
  private static final Pattern HEAD =
      Pattern.compile("(\\S+)\\.(\\S+) (\\w+)(?: x([1-9]\\d{0,2}))?");

  /** The entries of a module's folder; none if it has no such file. */
  static List<Equivalent> read(Path module) throws IOException {
    Path file = file(module);
    if (!Files.exists(file)) {
      return List.of();
    }
    List<Equivalent> entries = new ArrayList<>();
    for (String block : Files.readString(file).split("(?:\\R[ \\t]*){2,}")) {
      List<String> lines =
          block.lines().map(String::strip).filter(line -> !line.startsWith("#")).toList();
      if (!lines.stream().allMatch(String::isEmpty)) {
        Equivalent entry = of(lines, file);
        Require.that(
            entries.stream().noneMatch(other -> other.place().equals(entry.place())),
            "%s names %s twice",
            file,
            entry.place());
        entries.add(entry);
      }
    }
    return entries;
  }

  /** Where a module names them. */
  static Path file(Path module) {
    return module.resolve("src/test/mutants.txt");
  }

  private static Equivalent of(List<String> lines, Path file) {
    Matcher head = HEAD.matcher(lines.get(0));
    Require.that(
        head.matches(),
        "%s: an entry must begin with CLASS.METHOD MUTATOR [xCOUNT] but was %s",
        file,
        lines.get(0));
    Require.that(
        lines.size() >= 3, "%s: %s must have a line of source and a reason", file, lines.get(0));
    return new Equivalent(
        new Place(head.group(1), head.group(2), head.group(3), lines.get(1)),
        head.group(4) == null ? 1 : Integer.parseInt(head.group(4)),
        lines.stream().skip(2).collect(Collectors.joining(" ")));
  }
}
