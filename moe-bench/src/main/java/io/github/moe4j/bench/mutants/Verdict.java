package io.github.moe4j.bench.mutants;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A module's mutants, those named as equivalent, and its goal. */
record Verdict(String module, List<Mutant> mutants, List<Equivalent> equivalents, int goal) {
  static final String HEAD = """
      | module | mutants | killed | timed out | survived | not covered | named equivalent | detected | detected of the others |
      |---|---:|---:|---:|---:|---:|---:|---:|---:|
      """;

  /** A row of the table. */
  String row() {
    long named = equivalents.stream().mapToInt(Equivalent::count).sum();
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %,d | %,d | %,d | %,d | %,d | %.1f %% | %.1f %% |",
        module,
        mutants.size(),
        count(mutant -> mutant.detected() && !mutant.timedOut()),
        count(Mutant::timedOut),
        count(mutant -> !mutant.detected() && !mutant.notCovered()),
        count(Mutant::notCovered),
        named,
        percent(mutants.size()),
        percent(mutants.size() - named));
  }

  /** What must be mended, an item each; none if the goal is met and each survivor is named. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    Map<Place, Equivalent> named =
        equivalents.stream().collect(Collectors.toMap(Equivalent::place, entry -> entry));
    Map<Place, List<Mutant>> undetected = byPlace(mutant -> !mutant.detected());
    undetected.forEach((place, survivors) -> {
      Equivalent entry = named.get(place);
      int count = entry == null ? 0 : entry.count();
      if (survivors.size() > count) {
        faults.add(unnamed(place, survivors, count));
      }
    });
    // A test that a slow machine stopped may detect an equivalent one by chance.
    Map<Place, List<Mutant>> matched = byPlace(mutant -> !mutant.detected() || mutant.timedOut());
    equivalents.stream()
        .filter(entry -> matched.getOrDefault(entry.place(), List.of()).size() < entry.count())
        .forEach(entry -> faults.add(String.format(
            Locale.ROOT,
            "%s named as equivalent, but %d survived: %s",
            entry.count(),
            matched.getOrDefault(entry.place(), List.of()).size(),
            entry.place())));
    double percent = percent(mutants.size());
    if (percent < goal) {
      faults.add(String.format(Locale.ROOT, "%.2f %% detected, the goal is %d %%", percent, goal));
    }
    return faults;
  }

  private Map<Place, List<Mutant>> byPlace(Predicate<Mutant> which) {
    return mutants.stream()
        .filter(which)
        .collect(Collectors.groupingBy(Mutant::place, LinkedHashMap::new, Collectors.toList()));
  }

  /** A fault in the form of an entry, to be killed by a test or copied with a reason. */
  private static String unnamed(Place place, List<Mutant> survivors, int count) {
    String where = survivors.stream()
        .map(mutant -> "\n# %s %s".formatted(mutant.where(), mutant.description()))
        .distinct()
        .collect(Collectors.joining());
    return String.format(
        Locale.ROOT,
        "%d survived, %d named as equivalent:%s\n%s%s\n    %s",
        survivors.size(),
        count,
        where,
        place.head(),
        survivors.size() == 1 ? "" : " x" + survivors.size(),
        place.line());
  }

  private long count(Predicate<Mutant> which) {
    return mutants.stream().filter(which).count();
  }

  private double percent(long of) {
    return of == 0 ? 100 : 100.0 * count(Mutant::detected) / of;
  }
}
