package io.github.moe4j.bench.doctor;

import io.github.moe4j.bench.machine.Limit;
import io.github.moe4j.bench.machine.Rate;
import io.github.moe4j.bench.machine.Speeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The facts as lines to read, and what to change below them. */
final class Report {
  private final Facts facts;
  private final List<String> lines = new ArrayList<>();

  private Report(Facts facts) {
    this.facts = facts;
  }

  /** The lines. */
  static List<String> of(Facts facts) {
    Report report = new Report(facts);
    report.software();
    report.machine();
    report.speeds();
    report.lines.add("");
    List<String> advice = Advice.of(facts);
    report.lines.add(advice.isEmpty() ? "Nothing to change." : "To change:");
    advice.forEach(line -> report.lines.add("- " + line));
    return List.copyOf(report.lines);
  }

  private void line(String name, String format, Object... values) {
    lines.add(
        String.format(Locale.ROOT, "%-12s", name) + String.format(Locale.ROOT, format, values));
  }

  private void software() {
    Facts.Java java = facts.java();
    line(
        "versions",
        "%s",
        facts.versions().entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", ")));
    line("java", "%s, %s, %s, %s", java.version(), java.vendor(), java.vm(), java.system());
    Facts.KernelChoice kernels = facts.kernels();
    line(
        "products",
        "on %s%s; module jdk.incubator.vector %s; vectors of %s",
        kernels.running() ? "the vector kernels" : "BLAS",
        kernels.reason().isEmpty() ? "" : ", since " + kernels.reason(),
        kernels.module() ? "on" : "off",
        kernels.vectorBits() == 0 ? "unknown width" : kernels.vectorBits() + " bits");
    Facts.Blas blas = facts.blas();
    if (blas == null) {
      line("blas", "unknown: no ND4J backend is available");
    } else {
      line(
          "blas",
          "%s of %s%s%s",
          blas.vendor(),
          blas.backend(),
          blas.config().isEmpty() ? "" : "; " + blas.config(),
          blas.core().isEmpty() ? "" : "; kernels for " + blas.core());
    }
  }

  private void machine() {
    Facts.Processors processors = facts.processors();
    line(
        "processors",
        "%d, of which a layer uses %d; load average %s",
        processors.count(),
        processors.threads(),
        processors.load() < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f", processors.load()));
    line(
        "caches",
        "%s",
        processors.cacheKilobytes().isEmpty()
            ? "unknown"
            : new TreeMap<>(processors.cacheKilobytes())
                .entrySet().stream()
                    .map(entry -> "L" + entry.getKey() + " " + Sizes.text(1024L * entry.getValue()))
                    .collect(Collectors.joining(", ")));
    Facts.Memory memory = facts.memory();
    line(
        "memory",
        "heap %s; arrays %s, process %s; %smachine %s",
        limit(memory.heap()),
        limit(memory.arrays()),
        limit(memory.process()),
        memory.container() > 0 && memory.container() < memory.machine()
            ? "container " + limit(memory.container()) + " of "
            : "",
        memory.machine() > 0 ? limit(memory.machine()) : "unknown");
  }

  private static String limit(long bytes) {
    return bytes <= 0 || bytes == Long.MAX_VALUE ? "unlimited" : Sizes.text(bytes);
  }

  private void speeds() {
    Speeds speeds = facts.speeds();
    Limit limit = speeds.limit();
    line(
        "GFLOP/s",
        "%s; products of layers %s; BLAS %s",
        limit == null
            ? "processor's limit not measured (needs the module)"
            : "processor's limit " + rate(limit.gflops()),
        number(speeds.layerGflops()),
        number(speeds.blasGflops()));
    line(
        "GB/s",
        "memory read %s; copied %s (%s)",
        rate(speeds.memory().read()),
        rate(speeds.memory().copied()),
        Sizes.text(1024L * speeds.memory().kilobytes()));
  }

  private static String rate(Rate rate) {
    return String.format(
        Locale.ROOT, "%.0f per thread, %.0f together", rate.perThread(), rate.together());
  }

  private static String number(double gflops) {
    return gflops == 0 ? "not measured" : String.format(Locale.ROOT, "%.0f", gflops);
  }
}
