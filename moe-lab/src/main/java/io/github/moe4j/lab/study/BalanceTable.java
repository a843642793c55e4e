package io.github.moe4j.lab.study;

import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.lab.balance.InitialRouting;
import io.github.moe4j.lab.balance.Mechanism;
import java.util.List;
import java.util.Locale;

/** The study's rows as Markdown tables. */
final class BalanceTable {
  private static final String FOLDER = "balance/";

  private static final String HEAD = """
      | router | mechanism | tokens on one expert, before | load CV before | load CV after | bound | most loaded/mean | bound | idle experts | bits per byte | cost |
      |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
      """;

  private static final String CHOICE_HEAD = """
      | mechanism | router | when | load CV | cost |
      |---|---|---|---:|---:|
      """;

  private BalanceTable() {}

  /** When each mechanism fits, the balance it reached and its cost. */
  static String choice(List<StudyRow> rows) {
    StringBuilder table = new StringBuilder(CHOICE_HEAD);
    for (StudyRow row : rows) {
      Mechanism mechanism = row.mechanism();
      if (!mechanism.isControl()) {
        table.append(String.format(
            Locale.ROOT,
            "| %s | %s | %s | %.2f%s | %s |%n",
            BalanceDocs.link(mechanism.name(), mechanism.page(), FOLDER),
            mechanism.router().label(),
            mechanism.when(),
            row.cvAfter(),
            devices(mechanism),
            cost(row, rows)));
      }
    }
    return table.toString().stripTrailing();
  }

  /**
   * The table; the cost of a row is its bits per byte less those of the same router that starts balanced and has
   * no mechanism.
   */
  static String of(List<StudyRow> rows) {
    StringBuilder table = new StringBuilder(HEAD);
    for (StudyRow row : rows) {
      table.append(line(row, cost(row, rows)));
    }
    return table.toString().stripTrailing();
  }

  private static String cost(StudyRow row, List<StudyRow> rows) {
    double even = rows.stream()
        .filter(r -> r.start() == InitialRouting.BALANCED)
        .filter(r -> r.mechanism().router() == row.mechanism().router())
        .mapToDouble(StudyRow::bitsPerByte)
        .findFirst()
        .orElse(Double.NaN);
    return String.format(Locale.ROOT, "%+.4f", row.bitsPerByte() - even);
  }

  private static String devices(Mechanism mechanism) {
    return mechanism.balances() == LoadUnit.DEVICES ? " (devices)" : "";
  }

  private static String line(StudyRow row, String cost) {
    Mechanism mechanism = row.mechanism();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.0f %% | %.2f | %.2f%s | %s | %.2f | %s | %d | %.4f | %s |%n",
        mechanism.router().label(),
        title(row),
        100 * row.shareBefore(),
        row.cvBefore(),
        row.cvAfter(),
        devices(mechanism),
        bound(mechanism.bound().cv()),
        row.mostLoadedAfter(),
        bound(mechanism.bound().mostLoaded()),
        row.idleAfter(),
        row.bitsPerByte(),
        cost);
  }

  private static String bound(double value) {
    return Double.isInfinite(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String title(StudyRow row) {
    Mechanism mechanism = row.mechanism();
    if (mechanism.isControl()) {
      return row.start() == InitialRouting.BALANCED ? "none, balanced start" : "none";
    }
    return BalanceDocs.link(mechanism.name(), mechanism.page(), FOLDER)
        + ": "
        + mechanism.description();
  }
}
