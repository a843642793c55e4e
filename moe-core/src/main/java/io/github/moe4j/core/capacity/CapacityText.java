package io.github.moe4j.core.capacity;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A capacity rule in one line: {@code dropless}, a factor such as {@code 1.25}, or a formula of {@link
 * CapacityCatalogue}, its number and modifiers, as {@code megatron:1.25:by-weight:renormalized}.
 *
 * @param text the line
 * @param provider the formula; empty for dropless
 * @param number of the formula
 * @param modifiers drop order, {@code per-sequence}, {@code rerouted}, {@code renormalized}
 */
public record CapacityText(
    String text, Optional<CapacityProvider> provider, double number, List<String> modifiers) {
  /** Keeps everything. */
  public static final String DROPLESS = "dropless";

  private static final String PER_SEQUENCE = "per-sequence";
  private static final String REROUTED = "rerouted";
  private static final String RENORMALIZED = "renormalized";
  private static final int TRIES = 4;
  private static final Map<String, DropOrder> ORDERS = orders();

  private static Map<String, DropOrder> orders() {
    Map<String, DropOrder> all = new LinkedHashMap<>();
    all.put("token-major", DropOrder.tokenMajor());
    all.put("choice-major", DropOrder.choiceMajor());
    all.put("by-weight", DropOrder.byWeight());
    all.put("by-probability", DropOrder.byProbability());
    all.put("batch-prioritized", DropOrder.batchPrioritized());
    all.put("random", DropOrder.random());
    return all;
  }

  /**
   * Checks the modifiers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public CapacityText {
    modifiers = List.copyOf(modifiers);
    for (String modifier : modifiers) {
      Require.that(
          allModifiers().contains(modifier),
          "capacity modifier must be one of %s but was %s in %s",
          allModifiers(),
          modifier,
          text);
    }
  }

  /** The modifiers that may follow a formula and its number, each after a colon. */
  public static List<String> allModifiers() {
    List<String> all = new ArrayList<>(ORDERS.keySet());
    all.addAll(List.of(PER_SEQUENCE, REROUTED, RENORMALIZED));
    return all;
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is malformed; the message says why
   */
  public static CapacityText parse(String text) {
    Require.that(!text.isBlank(), "capacity must not be blank");
    if (text.equals(DROPLESS)) {
      return new CapacityText(text, Optional.empty(), 0, List.of());
    }
    String[] parts = (Character.isDigit(text.charAt(0)) ? "factor:" + text : text).split(":");
    Catalogue<CapacityProvider> all = CapacityCatalogue.load();
    CapacityProvider provider = all.find(parts[0])
        .orElseThrow(() -> new IllegalArgumentException(
            "capacity must be dropless, a factor or one of %s and a number but was %s"
                .formatted(all.names(), text)));
    Require.that(parts.length > 1, "capacity %s needs a number after a colon", text);
    List<String> modifiers = List.of(parts).subList(2, parts.length);
    return new CapacityText(text, Optional.of(provider), number(parts[1], text), modifiers);
  }

  private static double number(String number, String text) {
    try {
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "capacity must have a number after its name but was " + text, e);
    }
  }

  /**
   * The rule.
   *
   * @param k choices per token
   * @throws IllegalArgumentException if the number does not fit the formula
   */
  public CapacityRule rule(int k) {
    return provider.map(entry -> limited(entry.create(number, k))).orElseGet(Dropless::new);
  }

  private CapacityRule limited(CapacityFormula formula) {
    DropOrder order = DropOrder.tokenMajor();
    for (String modifier : modifiers) {
      order = ORDERS.getOrDefault(modifier, order);
    }
    boolean perSequence = modifiers.contains(PER_SEQUENCE);
    CapacityRule rule = modifiers.contains(REROUTED)
        ? new Rerouted(formula, perSequence, order, TRIES)
        : new LimitedCapacity(formula, perSequence, order);
    return modifiers.contains(RENORMALIZED) ? Renormalized.of(rule) : rule;
  }
}
