package io.github.moe4j.bench.doctor;

import io.github.moe4j.bench.machine.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Recommendations based on the facts. */
final class Advice {
  private static final long GIGABYTE = 1L << 30;

  private final Facts facts;
  private final List<String> all = new ArrayList<>();

  private Advice(Facts facts) {
    this.facts = facts;
  }

  /** One line each, the most useful first; empty if there is nothing to change. */
  static List<String> of(Facts facts) {
    Advice advice = new Advice(facts);
    advice.backend();
    advice.kernels();
    advice.openBlas();
    advice.threads();
    advice.memory();
    advice.measurement();
    return List.copyOf(advice.all);
  }

  private void say(String format, Object... values) {
    all.add(String.format(Locale.ROOT, format, values));
  }

  private void backend() {
    if (facts.blas() == null) {
      say(
          "No ND4J backend is available: put org.nd4j:nd4j-native for this platform on the class path.");
    }
  }

  private void kernels() {
    Facts.KernelChoice kernels = facts.kernels();
    if (kernels.running()) {
      return;
    }
    if (!kernels.module()) {
      say(
          "Start the JVM with --add-modules jdk.incubator.vector: matrix products then run on the"
              + " vector kernels, up to twice as fast, depending on the processor (docs/full-speed.md).");
    } else if (kernels.reason().isEmpty()) {
      say("Remove -Dmoe4j.kernels=blas: the vector kernels can run here.");
    } else {
      say("The vector kernels do not run, since %s (docs/full-speed.md).", kernels.reason());
    }
  }

  /** An old one matters where it makes the products. */
  private void openBlas() {
    Facts.Blas blas = facts.blas();
    if (blas == null || facts.kernels().running() || blas.warning().isEmpty()) {
      return;
    }
    say("%s", blas.warning());
  }

  private void threads() {
    Facts.Processors processors = facts.processors();
    if (processors.threads() < processors.count()) {
      say(
          "Layers use %d of %d processors: remove -Dmoe4j.threads, unless other programs need them.",
          processors.threads(), processors.count());
    } else if (processors.threads() > processors.count()) {
      say(
          "Layers use %d threads on %d processors: -Dmoe4j.threads should not exceed them.",
          processors.threads(), processors.count());
    }
  }

  private void memory() {
    Facts.Memory memory = facts.memory();
    long machine = memory.container() > 0 ? memory.container() : memory.machine();
    if (memory.heap() < 2 * GIGABYTE && memory.heap() < machine / 2) {
      say(
          "The heap is limited to %s of %s: raise it for larger layers, such as -Xmx%dg; JavaCPP's"
              + " limits follow it unless they are set.",
          Sizes.text(memory.heap()), Sizes.text(machine), Math.max(1, machine / 2 / GIGABYTE));
    }
    if (memory.container() > 0 && memory.process() > 1.1 * machine) {
      say(
          "JavaCPP lets the process grow to %s but there are only %s:"
              + " lower -Dorg.bytedeco.javacpp.maxphysicalbytes, or the system may kill it.",
          Sizes.text(memory.process()), Sizes.text(machine));
    }
  }

  private void measurement() {
    Facts.Processors processors = facts.processors();
    if (processors.load() > processors.count()) {
      say(
          "Other programs use the processors (load average %.1f on %d): the measured speeds are too low.",
          processors.load(), processors.count());
      return;
    }
    Limit limit = facts.speeds().limit();
    if (limit != null && processors.threads() > 1) {
      double share = limit.gflops().together() / limit.gflops().perThread() / processors.threads();
      if (share < 0.7) {
        say(
            "%d threads together reach %.1f times the limit of one: processors share cores or are"
                + " throttled.",
            processors.threads(), share * processors.threads());
      }
    }
  }
}
