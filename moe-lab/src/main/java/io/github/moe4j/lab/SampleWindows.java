package io.github.moe4j.lab;

import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Scripts;
import io.github.moe4j.lab.text.WholeCharacters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Chooses the windows of held-out text that the report shows byte by byte: of a few domains, in different scripts
 * if the text has several.
 */
final class SampleWindows {
  private static final int DOMAINS = 6;
  private static final int WINDOWS = 12;

  private SampleWindows() {}

  /**
   * Chooses windows that lie in one domain each and hold a whole character. Scripts take turns, the most frequent
   * first, each giving the domain that has most windows.
   *
   * @return indices of windows, those of a domain together
   */
  static List<Integer> of(Batch all, Scripts scripts) {
    int[] scriptOf = scripts.indices(all);
    int common = scripts.names().indexOf("common");
    Map<Integer, List<Integer>> byDomain = new TreeMap<>();
    Map<Integer, int[]> scriptsOf = new TreeMap<>();
    for (int row = 0; row < all.rows(); row++) {
      int from = row * all.sequence();
      int domain = all.domains()[from];
      boolean oneDomain = domain == all.domains()[from + all.sequence() - 1];
      if (oneDomain && WholeCharacters.characters(all.tokens(), from, all.sequence()).length > 0) {
        byDomain.computeIfAbsent(domain, d -> new ArrayList<>()).add(row);
        int[] counts =
            scriptsOf.computeIfAbsent(domain, d -> new int[scripts.names().size()]);
        Arrays.stream(scriptOf, from, from + all.sequence())
            .filter(script -> script >= 0 && script != common)
            .forEach(script -> counts[script]++);
      }
    }
    List<Integer> chosen = domains(byDomain, scriptsOf);
    List<Integer> windows = new ArrayList<>();
    for (int domain : chosen) {
      List<Integer> rows = byDomain.get(domain);
      int count = Math.min(WINDOWS / chosen.size(), rows.size());
      for (int i = 0; i < count; i++) {
        windows.add(rows.get(i * rows.size() / count));
      }
    }
    return windows;
  }

  private static List<Integer> domains(
      Map<Integer, List<Integer>> byDomain, Map<Integer, int[]> scriptsOf) {
    Map<Integer, List<Integer>> byScript = new TreeMap<>();
    byDomain.keySet().stream()
        .sorted(Comparator.comparingInt(domain -> -byDomain.get(domain).size()))
        .forEach(domain -> byScript
            .computeIfAbsent(most(scriptsOf.get(domain)), s -> new ArrayList<>())
            .add(domain));
    List<Integer> chosen = new ArrayList<>();
    for (int turn = 0; chosen.size() < Math.min(DOMAINS, byDomain.size()); turn++) {
      for (List<Integer> domains : byScript.values()) {
        if (turn < domains.size() && chosen.size() < DOMAINS) {
          chosen.add(domains.get(turn));
        }
      }
    }
    return chosen;
  }

  private static int most(int[] counts) {
    int most = 0;
    for (int i = 1; i < counts.length; i++) {
      most = counts[i] > counts[most] ? i : most;
    }
    return most;
  }
}
