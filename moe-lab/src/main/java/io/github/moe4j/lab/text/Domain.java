package io.github.moe4j.lab.text;

import java.util.List;

/**
 * One part of a corpus that an expert may come to specialize in: a language, or a file.
 *
 * @param name what a reader sees, for instance {@code "de German"}; not blank
 * @param lines its lines without their line ends, in order; at least one, none of them blank
 */
public record Domain(String name, List<String> lines) {

  /** Validates and copies. */
  public Domain {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a domain's name must not be blank");
    }
    lines = List.copyOf(lines);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("domain " + name + " has no lines");
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.indexOf('\n') >= 0) {
        throw new IllegalArgumentException(
            "domain " + name + ": line " + i + " must not be blank or hold a line end");
      }
    }
  }

  /**
   * Counts what this domain holds.
   *
   * @return its length in characters (UTF-16 units), without line ends
   */
  public int characters() {
    return lines.stream().mapToInt(String::length).sum();
  }
}
