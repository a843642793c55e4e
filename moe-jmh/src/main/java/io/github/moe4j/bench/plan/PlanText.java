package io.github.moe4j.bench.plan;

import io.github.moe4j.models.preset.Preset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan in words, and plans for several numbers of nodes as a table. */
final class PlanText {
  private PlanText() {}

  /** What a plan says of one number of nodes. */
  static String of(Plan plan) {
    Cluster cluster = plan.cluster();
    Workload work = plan.work();
    List<String> lines = new ArrayList<>();
    lines.add(format(
        "%s, %s of %,d tokens a node, on %,d nodes",
        work.preset().name(),
        work.training() ? "a training step" : "a forward pass",
        work.tokens(),
        cluster.nodes()));
    lines.add(row(
        "experts",
        format(
            "at most %d of %d a node in each of %d layers, over %,d ranks, %,d replicas",
            plan.expertsPerNode(),
            work.experts(),
            work.architecture().sparseLayers(),
            plan.expertRanks(),
            plan.replicas())));
    lines.add(row(
        "memory",
        format(
            "%s of %s GB a node: experts %s, all else %s, kept for the backward %s",
            giga(plan.memoryBytes()),
            giga(cluster.memoryBytes()),
            giga(plan.expertBytes()),
            giga(plan.replicatedBytes()),
            giga(plan.activationBytes()))));
    lines.add(row(
        "traffic",
        format(
            "%s GB out of a node: rows %s, gradients %s; %.2f rows a token and exchange",
            giga(plan.exchangeBytes() + plan.gradientBytes()),
            giga(plan.exchangeBytes()),
            giga(plan.gradientBytes()),
            work.traffic(plan.expertRanks()).copies())));
    lines.add(row(
        "time",
        format(
            "%s: products %s, exchange %s, gradients %s",
            seconds(plan.stepSeconds()),
            seconds(plan.productSeconds()),
            seconds(plan.exchangeSeconds()),
            seconds(plan.gradientSeconds()))));
    lines.add(row("throughput", format("%,.0f tokens/s", plan.tokensPerSecond())));
    lines.add(row("limit", plan.limit().text()));
    return String.join("\n", lines) + "\n";
  }

  private static String row(String name, String text) {
    return format("%-10s  %s", name, text);
  }

  /** Markdown, a row for each. */
  static String table(List<Plan> plans) {
    StringBuilder table = new StringBuilder("""
        | nodes | ranks × replicas | experts a node | GB a node | GB out a step | products | exchange | gradients | step | tokens/s | limit |
        |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|
        """);
    for (Plan plan : plans) {
      table.append(format(
          "| %,d | %,d × %,d | %d | %s | %s | %s | %s | %s | %s | %,.0f | %s |%n",
          plan.cluster().nodes(),
          plan.expertRanks(),
          plan.replicas(),
          plan.expertsPerNode(),
          giga(plan.memoryBytes()),
          giga(plan.exchangeBytes() + plan.gradientBytes()),
          seconds(plan.productSeconds()),
          seconds(plan.exchangeSeconds()),
          seconds(plan.gradientSeconds()),
          seconds(plan.stepSeconds()),
          plan.tokensPerSecond(),
          plan.limit().text()));
    }
    return table.toString();
  }

  /** What the numbers assume. */
  static String assumptions(Plan plan) {
    Cluster cluster = plan.cluster();
    Workload work = plan.work();
    Preset preset = work.preset();
    List<String> all = new ArrayList<>(List.of(
        format(
            "products at %,.0f GFLOP/s a node, all matrix products of the model without attention scores%s",
            cluster.flopsPerSecond() / 1e9,
            work.training() ? ", three times those of a forward pass" : ""),
        format(
            "a network of %s GB/s out of and into a node at the same time, %s an exchange",
            number(cluster.network().bytesPerSecond() / 1e9),
            seconds(cluster.network().latencySeconds())),
        format(
            "the most loaded rank has %s times the mean load; no assignment is dropped or padded",
            number(work.imbalance())),
        format(
            "weights%s and rows in %s%s",
            work.training() ? ", gradients" : "",
            work.type().name().toLowerCase(Locale.ROOT),
            work.training() ? ", two moments in float32 on every node" : ""),
        work.oncePerRank()
            ? "a token travels once to a rank with several of its experts"
            : "a token travels to each of its experts on other ranks",
        "products, exchanges and gradients follow each other",
        work.training()
            ? "counted of what a step keeps: rows and hidden values of the experts only"
            : "counted of memory: weights only",
        "activations of attention, caches and buffers of exchanges are not counted"));
    if (preset.architecture().stacks().size() > 1) {
      all.add("a token is one of the encoder and one of the decoder");
    }
    return "Assumed:\n- " + String.join("\n- ", all) + "\n";
  }

  private static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }

  private static String giga(double bytes) {
    return number(bytes / 1e9);
  }

  /** With about three digits. */
  private static String number(double value) {
    if (value == 0 || value >= 100) {
      return format("%,.0f", value);
    }
    return value >= 10
        ? format("%.1f", value)
        : value >= 0.01 ? format("%.2f", value) : format("%.1e", value);
  }

  private static String seconds(double value) {
    if (value == 0) {
      return "0";
    }
    return value >= 1
        ? number(value) + " s"
        : value >= 1e-3 ? number(value * 1e3) + " ms" : number(value * 1e6) + " µs";
  }
}
