package io.github.moe4j.lab.report;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What each rank did, as plain text, a line a rank of each training; nothing for runs in one process. */
public final class RankTable {
  private static final String HEADING = "experts  load %  MB sent a step  waiting %";

  private RankTable() {}

  /** Prints it. */
  public static void print(LabResult result, PrintWriter out) {
    List<ModelResult> spread =
        result.models().stream().filter(model -> !model.ranks().isEmpty()).toList();
    if (spread.isEmpty()) {
      return;
    }
    boolean seeds = result.byName().size() < result.models().size();
    int width =
        spread.stream().mapToInt(model -> name(model, seeds, 0).length()).max().orElse(0) + 1;
    out.println();
    out.println(" ".repeat(width) + "  " + HEADING);
    for (ModelResult model : spread) {
      for (int r = 0; r < model.ranks().size(); r++) {
        String name = name(model, seeds, r);
        out.println(name + " ".repeat(Math.max(0, width - name.length())) + "  "
            + line(model.ranks().get(r)));
      }
    }
    out.flush();
  }

  private static String name(ModelResult model, boolean seeds, int rank) {
    return model.name() + (seeds ? ", seed " + model.seed() : "") + ", rank " + rank;
  }

  private static String line(RankUse rank) {
    return String.format(
        Locale.ROOT,
        "%7s  %6s  %14.2f  %9.1f",
        rank.experts() == 0 ? "-" : Integer.toString(rank.experts()),
        Double.isNaN(rank.loadShare())
            ? "-"
            : String.format(Locale.ROOT, "%.1f", 100 * rank.loadShare()),
        rank.bytesPerStep() / 1e6,
        100 * rank.waitShare());
  }
}
