package io.github.moe4j.lab.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Two results, A and B, side by side. A model is compared with that of the same name, or, where each result has
 * one model only, with that one. Models whose training is unfinished do not take part.
 *
 * @param loss what both measure, {@link LabResult#loss}
 * @param settings options and environment in which the results differ
 * @param unfinished of both results, in words
 * @param models what is compared
 */
public record LabComparison(
    String loss, List<Setting> settings, List<String> unfinished, List<Pair> models) {

  /**
   * An option or a part of the environment that differs.
   *
   * @param name an option with its dashes
   * @param a value in A; a dash if there is none
   * @param b value in B
   */
  public record Setting(String name, String a, String b) {}

  /**
   * A model in both results.
   *
   * @param name its name, or both names
   * @param a its trainings in A, one per seed
   * @param b its trainings in B
   * @param rows one for each figure that A or B has
   */
  record Pair(
      String name,
      @JsonIgnore List<ModelResult> a,
      @JsonIgnore List<ModelResult> b,
      List<Row> rows) {
    static Pair of(String name, String loss, List<ModelResult> a, List<ModelResult> b) {
      Figure first = new Figure("validation " + loss, 4, ModelResult::validationLoss);
      List<Row> rows = Stream.concat(Stream.of(first), FIGURES.stream())
          .map(figure -> figure.row(a, b))
          .filter(Row::any)
          .toList();
      return new Pair(name, a, b, rows);
    }
  }

  /**
   * A figure in both results.
   *
   * @param name what it is
   * @param decimals to show
   * @param a over the seeds of A
   * @param b over the seeds of B
   * @param difference B − A over the seeds that both have
   */
  record Row(String name, int decimals, SeedSpread a, SeedSpread b, PairedDifference difference) {
    boolean any() {
      return a.count() > 0 || b.count() > 0;
    }

    String format() {
      return "%." + decimals + "f";
    }
  }

  private record Figure(String name, int decimals, ToDoubleFunction<ModelResult> of) {
    Row row(List<ModelResult> a, List<ModelResult> b) {
      return new Row(name, decimals, spread(a), spread(b), PairedDifference.of(a, b, of));
    }

    private SeedSpread spread(List<ModelResult> models) {
      return SeedSpread.of(models.stream().mapToDouble(of).toArray());
    }
  }

  private static final List<Figure> FIGURES = List.of(
      new Figure("tokens per second", 0, ModelResult::tokensPerSecond),
      new Figure("load CV", 3, m -> m.ofUse(ExpertUse::loadCv)),
      new Figure("most loaded over mean", 3, m -> m.ofUse(ExpertUse::mostLoadedOverMean)),
      new Figure("dropped %", 2, m -> m.ofUse(u -> 100 * u.droppedShare())),
      new Figure("routing entropy, nats", 3, m -> m.ofUse(ExpertUse::routingEntropy)),
      new Figure("experts without tokens", 1, m -> m.ofUse(ExpertUse::expertsWithoutTokens)));

  /**
   * Compares two results.
   *
   * @throws IllegalArgumentException if they measure different losses or have no finished model in common
   */
  public static LabComparison of(LabResult a, LabResult b) {
    if (!a.loss().equals(b.loss())) {
      throw new IllegalArgumentException(
          "the runs must measure one loss but have %s and %s".formatted(a.loss(), b.loss()));
    }
    List<Pair> pairs = pairs(a.loss(), a.finishedByName(), b.finishedByName());
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("the runs have no finished model in common: %s and %s"
          .formatted(a.finishedByName().keySet(), b.finishedByName().keySet()));
    }
    List<Setting> settings = new ArrayList<>();
    addDifferent(
        a.description() == null ? "--" : "", a.configuration(), b.configuration(), settings);
    addDifferent("", a.environment(), b.environment(), settings);
    List<String> unfinished = new ArrayList<>();
    a.unfinished().forEach((run, progress) -> unfinished.add("A: " + run + ": " + progress));
    b.unfinished().forEach((run, progress) -> unfinished.add("B: " + run + ": " + progress));
    return new LabComparison(a.loss(), settings, unfinished, pairs);
  }

  /** Whether any difference has an interval: two seeds in common. */
  boolean hasInterval() {
    return models.stream()
        .flatMap(pair -> pair.rows().stream())
        .anyMatch(row -> row.difference().hasInterval());
  }

  private static List<Pair> pairs(
      String loss, Map<String, List<ModelResult>> inA, Map<String, List<ModelResult>> inB) {
    List<Pair> pairs = new ArrayList<>();
    inA.forEach((name, seeds) -> {
      List<ModelResult> others = inB.get(name);
      if (others != null) {
        pairs.add(Pair.of(name, loss, seeds, others));
      }
    });
    if (pairs.isEmpty() && inA.size() == 1 && inB.size() == 1) {
      inA.forEach((nameA, seedsA) -> inB.forEach(
          (nameB, seedsB) -> pairs.add(Pair.of(nameA + " and " + nameB, loss, seedsA, seedsB))));
    }
    return pairs;
  }

  private static void addDifferent(
      String prefix, Map<String, String> a, Map<String, String> b, List<Setting> settings) {
    Set<String> names = new LinkedHashSet<>(a.keySet());
    names.addAll(b.keySet());
    for (String name : names) {
      String inA = a.getOrDefault(name, "-");
      String inB = b.getOrDefault(name, "-");
      if (!inA.equals(inB)) {
        settings.add(new Setting(prefix + name, inA, inB));
      }
    }
  }
}
