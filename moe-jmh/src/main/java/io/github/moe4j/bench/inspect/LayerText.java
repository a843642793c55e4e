package io.github.moe4j.bench.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The weights of a block for the screen. */
final class LayerText {
  private LayerText() {}

  static List<String> of(LayerFacts layer) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(layer.block());
    lines.add("  norm            min           mean            max");
    layer.norms().forEach((name, norm) -> lines.add(line(name, norm)));
    lines.add(line("router row", layer.routerRows()));
    Similarity similarity = layer.similarity();
    if (similarity != null) {
      lines.add(String.format(
          Locale.ROOT,
          "  cosine of two experts: mean %.4f, max %.4f (%d and %d)",
          similarity.mean(),
          similarity.max(),
          similarity.first(),
          similarity.second()));
    }
    addBias(lines, "router bias", layer.routerBias());
    addBias(lines, "selection bias", layer.selectionBias());
    return lines;
  }

  private static String line(String name, Spread norm) {
    return String.format(
        Locale.ROOT,
        "  %-10s %8s (%3d) %8s %8s (%3d)",
        name,
        Quantities.number(norm.min()),
        norm.minAt(),
        Quantities.number(norm.mean()),
        Quantities.number(norm.max()),
        norm.maxAt());
  }

  private static void addBias(List<String> lines, String name, double @Nullable [] values) {
    if (values != null) {
      Spread spread = Spread.of(values);
      lines.add(String.format(
          Locale.ROOT,
          "  %s: min %.4f (%d), max %.4f (%d), by expert",
          name,
          spread.min(),
          spread.minAt(),
          spread.max(),
          spread.maxAt()));
      lines.addAll(InspectText.rows(values));
    }
  }
}
