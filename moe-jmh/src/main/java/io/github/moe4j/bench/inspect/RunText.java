package io.github.moe4j.bench.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What became of random tokens, for the screen. */
final class RunText {
  private static final int BAR = 40;

  private RunText() {}

  static List<String> of(RunFacts run) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("%d normally distributed tokens, seed %d, experts %s"
        .formatted(run.tokens(), run.seed(), run.experts()));
    lines.add(String.format(
        Locale.ROOT,
        "  %.3f ms, %,.0f tokens/s, %d dropped, load with coefficient of variation %.3f",
        run.milliseconds(),
        run.tokensPerSecond(),
        run.dropped(),
        run.coefficientOfVariation()));
    long most = Math.max(1, Arrays.stream(run.load()).max().orElse(1));
    for (int e = 0; e < run.load().length; e++) {
      int length = (int) Math.round((double) BAR * run.load()[e] / most);
      lines.add(
          ("  expert %4d %8d %s".formatted(e, run.load()[e], "#".repeat(length))).stripTrailing());
    }
    return lines;
  }
}
