package io.github.moe4j.lab.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Two results side by side. A model is compared with that of the same name, or, where each result has
 * one model with a router only, with that one.
 */
public final class LabComparison {
  private static final String ROW = "%-26s %22s %22s %22s %s%n";

  private record Figure(String name, String format, ToDoubleFunction<ModelResult> of) {}

  private static final List<Figure> FIGURES = List.of(
      new Figure("validation bits per byte", "%.4f", ModelResult::validationBitsPerByte),
      new Figure("tokens per second", "%.0f", ModelResult::tokensPerSecond),
      new Figure("load CV", "%.3f", m -> m.ofUse(ExpertUse::loadCv)),
      new Figure("most loaded over mean", "%.3f", m -> m.ofUse(ExpertUse::mostLoadedOverMean)),
      new Figure("dropped %", "%.2f", m -> m.ofUse(u -> 100 * u.droppedShare())),
      new Figure("routing entropy, nats", "%.3f", m -> m.ofUse(ExpertUse::routingEntropy)),
      new Figure("experts without tokens", "%.1f", m -> m.ofUse(ExpertUse::expertsWithoutTokens)));

  private LabComparison() {}

  /**
   * Prints the options that differ, and then a table for each model: mean ± standard deviation over
   * seeds in both, and B − A over the seeds that both have.
   *
   * @throws IllegalArgumentException if they have no model in common
   */
  public static void print(LabResult a, LabResult b, PrintWriter out) {
    List<Pair> pairs = pairs(a, b);
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("the runs have no model in common: %s and %s"
          .formatted(a.byName().keySet(), b.byName().keySet()));
    }
    printOptions(a, b, out);
    for (Pair pair : pairs) {
      print(pair, out);
    }
    out.flush();
  }

  /** The results of a model in both runs, one a seed. */
  private record Pair(String name, List<ModelResult> a, List<ModelResult> b) {}

  private static List<Pair> pairs(LabResult a, LabResult b) {
    Map<String, List<ModelResult>> inA = a.byName();
    Map<String, List<ModelResult>> inB = b.byName();
    List<Pair> pairs = new ArrayList<>();
    inA.forEach((name, seeds) -> {
      List<ModelResult> others = inB.get(name);
      if (others != null) {
        pairs.add(new Pair(name, seeds, others));
      }
    });
    if (pairs.isEmpty() && inA.size() == 1 && inB.size() == 1) {
      String names =
          inA.keySet().iterator().next() + " and " + inB.keySet().iterator().next();
      pairs.add(new Pair(names, a.models(), b.models()));
    }
    return pairs;
  }

  private static void printOptions(LabResult a, LabResult b, PrintWriter out) {
    Set<String> names = new LinkedHashSet<>(a.configuration().keySet());
    names.addAll(b.configuration().keySet());
    boolean same = true;
    for (String name : names) {
      String inA = a.configuration().getOrDefault(name, "-");
      String inB = b.configuration().getOrDefault(name, "-");
      if (!inA.equals(inB)) {
        out.printf("--%s: A %s, B %s%n", name, inA, inB);
        same = false;
      }
    }
    if (same) {
      out.println("A and B have the same options.");
    }
    if (!a.complete() || !b.complete()) {
      out.println("Not finished: " + (a.complete() ? "" : "A ") + (b.complete() ? "" : "B"));
    }
  }

  private static void print(Pair pair, PrintWriter out) {
    out.println();
    out.printf(ROW, pair.name(), "A", "B", "B - A", "seeds");
    for (Figure figure : FIGURES) {
      SeedSpread inA = SeedSpread.of(pair.a().stream().mapToDouble(figure.of()).toArray());
      SeedSpread inB = SeedSpread.of(pair.b().stream().mapToDouble(figure.of()).toArray());
      if (inA.count() == 0 && inB.count() == 0) {
        continue;
      }
      SeedSpread difference = difference(pair, figure.of());
      out.printf(
          ROW,
          "  " + figure.name(),
          text(figure.format(), inA),
          text(figure.format(), inB),
          text(figure.format().replace("%", "%+"), difference),
          difference.count());
    }
  }

  /** Differences by seed, so that what a seed does to both does not count. */
  private static SeedSpread difference(Pair pair, ToDoubleFunction<ModelResult> figure) {
    return SeedSpread.of(pair.a().stream()
        .map(model -> difference(model, pair.b(), figure))
        .filter(value -> value != null)
        .mapToDouble(Double::doubleValue)
        .toArray());
  }

  private static @Nullable Double difference(
      ModelResult a, List<ModelResult> all, ToDoubleFunction<ModelResult> figure) {
    return all.stream()
        .filter(b -> b.seed() == a.seed())
        .findFirst()
        .map(b -> figure.applyAsDouble(b) - figure.applyAsDouble(a))
        .orElse(null);
  }

  private static String text(String format, SeedSpread spread) {
    if (spread.count() == 0) {
      return "-";
    }
    String mean = String.format(Locale.ROOT, format, spread.mean());
    return spread.count() == 1
        ? mean
        : mean + " ± " + String.format(Locale.ROOT, format.replace("+", ""), spread.deviation());
  }
}
