package io.github.moe4j.lab.variant;

import io.github.moe4j.balance.CompositeLoss;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.lab.balance.BalanceSum;
import io.github.moe4j.lab.balance.BalancedSizes;
import io.github.moe4j.lab.balance.Balancing;
import io.github.moe4j.lab.balance.LossesAndControllers;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.balance.Mechanisms;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Mechanisms that balance a model together.
 *
 * @param name as on the command line
 * @param mechanisms none at all, or several
 */
record BalanceChoice(String name, List<Mechanism> mechanisms) {
  static final String NONE = "none";

  /** Mechanisms by name, joined by plus signs; or none. */
  static BalanceChoice parse(String text) {
    return new BalanceChoice(
        text,
        text.equals(NONE)
            ? List.of()
            : Arrays.stream(text.split("\\+", -1)).map(BalanceChoice::named).toList());
  }

  /** All that can be named. */
  static List<Mechanism> all() {
    return Mechanisms.all().stream().filter(mechanism -> !mechanism.isNone()).toList();
  }

  private static Mechanism named(String name) {
    return all().stream()
        .filter(mechanism -> mechanism.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "balance must be none or one of %s, several joined by +, but was %s"
                .formatted(all().stream().map(Mechanism::name).toList(), name)));
  }

  String text() {
    return mechanisms.isEmpty()
        ? "no balancing"
        : mechanisms.stream()
            .map(mechanism -> mechanism.name() + ": " + mechanism.description())
            .collect(Collectors.joining("; "));
  }

  boolean steersBias(BalancedSizes sizes) {
    return mechanisms.stream().anyMatch(mechanism -> mechanism.steersBias(sizes));
  }

  /**
   * Starts them for a new model.
   *
   * @param biases selection bias of each block's router
   */
  Balancing create(BalancedSizes sizes, List<ExpertBias> biases, int steps) {
    List<Balancing> parts = mechanisms.stream()
        .map(mechanism -> mechanism.factory().create(sizes, biases, steps))
        .toList();
    return switch (parts.size()) {
      case 0 -> LossesAndControllers.of(CompositeLoss.builder().build());
      case 1 -> parts.get(0);
      default -> new BalanceSum(parts);
    };
  }
}
