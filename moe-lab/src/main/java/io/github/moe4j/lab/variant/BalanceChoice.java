package io.github.moe4j.lab.variant;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.balance.MechanismSetup;
import io.github.moe4j.lab.balance.Mechanisms;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
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
    return Mechanisms.all().stream().filter(mechanism -> !mechanism.isControl()).toList();
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

  boolean steersBias() {
    return mechanisms.stream().anyMatch(Mechanism::steersBias);
  }

  /** Kinds of scores that a router must offer. */
  Set<Kind> reads() {
    return mechanisms.stream()
        .flatMap(mechanism -> mechanism.reads().stream())
        .collect(Collectors.toSet());
  }

  /**
   * Starts them for a new model.
   *
   * @param workers adds the counts of all who train it
   */
  Balancer start(MechanismSetup setup, CountReducer workers) {
    Balancer.Builder balancer = Balancer.builder().workers(workers);
    mechanisms.forEach(mechanism -> mechanism.addTo(balancer, setup));
    return balancer.build();
  }
}
