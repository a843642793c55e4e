package io.github.moe4j.lab.study;

import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.balance.catalogue.BiasControllerProvider;
import io.github.moe4j.balance.catalogue.CoefficientControllerProvider;
import io.github.moe4j.balance.catalogue.ControllerProvider;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.catalogue.CatalogueEntry;
import io.github.moe4j.lab.balance.Mechanisms;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The catalogues of losses and controllers as Markdown tables. */
final class BalanceDocs {
  private BalanceDocs() {}

  /** The table of losses. */
  static String losses(List<LossProvider> entries) {
    StringBuilder table = new StringBuilder("""
        | loss | with coefficient 1 | reads | balances | at perfect balance | usual router | default |
        |---|---|---|---|---|---|---:|
        """);
    for (LossProvider entry : entries) {
      row(
          table,
          link(entry, ""),
          entry.formula(),
          reads(entry),
          unit(entry.balances()),
          entry.atBalance(),
          entry.router(),
          Mechanisms.setting(entry.defaultCoefficient()));
    }
    return table.toString().stripTrailing();
  }

  /** The table of controllers. */
  static String controllers(List<ControllerProvider> entries) {
    StringBuilder table = new StringBuilder("""
        | controller | step | changes | usual router | usual rate |
        |---|---|---|---|---:|
        """);
    for (ControllerProvider entry : entries) {
      row(
          table,
          link(entry, ""),
          entry.formula(),
          changes(entry),
          entry.router(),
          entry instanceof BiasControllerProvider bias && bias.defaultRate().isPresent()
              ? Mechanisms.setting(bias.defaultRate().getAsDouble())
              : "–");
    }
    return table.toString().stripTrailing();
  }

  /**
   * Its name with a link to its page, or without where it has none.
   *
   * @param folder of the pages, seen from where the link stands
   */
  static String link(CatalogueEntry entry, String folder) {
    return link(entry.name(), entry.page(), folder);
  }

  static String link(String name, String page, String folder) {
    return page.isEmpty() ? name : "[%s](%s%s.md)".formatted(name, folder, page);
  }

  private static String reads(LossProvider entry) {
    String scores = entry.reads().isEmpty()
        ? "weights"
        : entry.reads().stream().sorted().map(Kind::toString).collect(Collectors.joining(", "));
    return scores + (entry.bySequence() ? ", by sequence" : "");
  }

  private static String changes(ControllerProvider entry) {
    return entry instanceof CoefficientControllerProvider coefficient
        ? "the coefficient of " + coefficient.loss()
        : "the expert bias";
  }

  private static String unit(LoadUnit unit) {
    return unit == LoadUnit.NONE ? "–" : unit.name().toLowerCase(Locale.ROOT);
  }

  private static void row(StringBuilder table, String... cells) {
    table.append(Stream.of(cells).collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
