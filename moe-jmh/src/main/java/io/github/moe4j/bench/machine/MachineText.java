package io.github.moe4j.bench.machine;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The machine in one line of Markdown. */
public final class MachineText {
  private MachineText() {}

  /** The line. */
  public static String of(Machine machine) {
    return String.format(
        Locale.ROOT,
        "This machine: %s; BLAS ceiling %.0f GFLOP/s (%s); read %s; copied %s; %s, JDK %d.",
        limit(machine),
        machine.blasGflops(),
        machine.blas(),
        rates(machine.bandwidths(), Bandwidth::read),
        rates(machine.bandwidths(), Bandwidth::copied),
        threads(machine.threads()),
        machine.jdk());
  }

  private static String limit(Machine machine) {
    Limit limit = machine.limit();
    if (limit == null) {
      return "the processor's limit is measured only with --add-modules jdk.incubator.vector,"
          + " without it the ideal is BLAS's ceiling";
    }
    return "limit " + rate(limit.gflops()) + " GFLOP/s in " + limit.vectorBits() + "-bit vectors";
  }

  private static String rates(List<Bandwidth> levels, Function<Bandwidth, Rate> rate) {
    return levels.stream()
        .map(level -> level.from() + " " + rate(rate.apply(level)))
        .collect(Collectors.joining(", ", "", " GB/s"));
  }

  private static String rate(Rate rate) {
    return String.format(
        Locale.ROOT, "%.0f per thread, %.0f together", rate.perThread(), rate.together());
  }

  private static String threads(int threads) {
    return threads == 1 ? "1 thread" : threads + " threads";
  }
}
