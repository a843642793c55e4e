package io.github.moe4j.bench.params;

import java.util.Comparator;
import java.util.List;

/** Finds the name that was probably meant. */
final class Suggestions {
  private Suggestions() {}

  /** The name with the fewest letters to insert, leave out or change; the first of equal ones. */
  static String to(String wrong, List<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> edits(wrong, name)))
        .orElseThrow();
  }

  /** Levenshtein's distance, row by row. */
  static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
