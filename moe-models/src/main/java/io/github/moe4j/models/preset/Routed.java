package io.github.moe4j.models.preset;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import java.util.List;

/**
 * Routing as in training in the source.
 *
 * @param rule in words
 * @param rules creates it
 * @param inputJitter relative size of the noise on the router's input in training; 0 for none
 * @param capacityLabel in words
 * @param capacity the capacity rule
 * @param balance losses and controllers by name with their published coefficients
 */
public record Routed(
    String rule,
    RuleFactory rules,
    double inputJitter,
    String capacityLabel,
    CapacityRule capacity,
    List<String> balance) {
  /** Keeps a copy. */
  public Routed {
    balance = List.copyOf(balance);
  }

  static Routed dropless(String rule, RuleFactory rules, String... balance) {
    return new Routed(rule, rules, 0, "dropless", new Dropless(), List.of(balance));
  }

  Routed withCapacityLabel(String label) {
    return new Routed(rule, rules, inputJitter, label, capacity, balance);
  }
}
