package io.github.moe4j.bench.roofline;

import io.github.moe4j.bench.machine.Machine;
import io.github.moe4j.core.StageTimes;
import java.util.List;
import java.util.Locale;

/** The measured times as a Markdown table. */
final class RooflineTable {
  private static final String HEAD = """
      | shape | T, D, H, E, K | pass | ideal ms | median ms | best ms | share of ideal | route | plan | gather | GEMM | activation | combine |
      |---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
      """;

  private RooflineTable() {}

  /** The table; stages are in per cent of their sum. */
  static String of(Machine machine, List<LayerTime> times) {
    StringBuilder table = new StringBuilder(HEAD);
    for (LayerTime time : times) {
      StageTimes stages = time.stages();
      double total = Math.max(1, stages.total()) / 100.0;
      table.append(String.format(
          Locale.ROOT,
          "| %s | %s | %.2f | %.2f | %.2f | %.2f | %.0f %% | %.0f %% | %.0f %% |"
              + " %.0f %% | %.0f %% | %.0f %% |%n",
          time.shape().cells(),
          time.pass().text(),
          1e3 * time.idealSeconds(machine),
          1e3 * time.medianSeconds(),
          1e3 * time.bestSeconds(),
          time.share(machine),
          stages.route() / total,
          stages.plan() / total,
          stages.gather() / total,
          stages.gemm() / total,
          stages.activation() / total,
          stages.combine() / total));
    }
    return table.toString().stripTrailing();
  }
}
