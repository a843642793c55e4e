package io.github.moe4j.lab.variant;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.Renormalized;
import io.github.moe4j.core.capacity.Rerouted;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The registry: every capacity rule that the lab can train with, and how one is written. */
public final class CapacityKinds {
  /** Keeps everything. */
  public static final String DROPLESS = "dropless";

  private static final int TRIES = 4;

  private static final List<CapacityKind> ALL = List.of(
      new CapacityKind(
          "factor", "Switch Transformers", "ceil(N/E·f)", (f, k) -> CapacityFormula.factor(f)),
      new CapacityKind(
          "fixed", "Hugging Face expert_capacity", "f", (f, k) -> CapacityFormula.fixed(whole(f))),
      new CapacityKind(
          "megatron", "Megatron-LM", "ceil((T·k/E)·f)", (f, k) -> CapacityFormula.megatron(k, f)),
      new CapacityKind(
          "deepspeed",
          "DeepSpeed",
          "max(4, ceil((T/E)·(f·k)))",
          (f, k) -> CapacityFormula.deepspeed(k, f, 4)),
      new CapacityKind(
          "vmoe", "vmoe", "ceil(T·f/E), to a multiple of 4", (f, k) -> CapacityFormula.vmoe(f)),
      new CapacityKind(
          "flaxformer",
          "Flaxformer",
          "max(4, round(f·T/E))",
          (f, k) -> CapacityFormula.flaxformer(f, 4)),
      new CapacityKind(
          "mesh",
          "mesh-tensorflow, lucidrains",
          "max(min(T, ⌊T·f/E⌋), 4)",
          (f, k) -> CapacityFormula.mesh(f, 4)),
      new CapacityKind("tutel", "Tutel", "k·⌊f·ceil(T/E)⌋", (f, k) -> CapacityFormula.tutel(k, f)),
      new CapacityKind(
          "megablocks", "MegaBlocks", "⌊f·(k·T/E)⌋", (f, k) -> CapacityFormula.megablocks(k, f)),
      new CapacityKind(
          "fairseq",
          "fairseq, NLLB",
          "2·ceil(T/E); evaluation: ceil(f·T)",
          (f, k) -> CapacityFormula.fairseq(f)),
      new CapacityKind(
          "maxtext",
          "MaxText",
          "⌊max(ceil(T·k/E)·f, f)⌋",
          (f, k) -> CapacityFormula.maxtext(k, f)));

  private static final Map<String, DropOrder> ORDERS = orders();

  private CapacityKinds() {}

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

  /** All formulas. */
  public static List<CapacityKind> all() {
    return ALL;
  }

  /** What may follow a formula and its number, each after a colon. */
  public static List<String> modifiers() {
    List<String> all = new ArrayList<>(ORDERS.keySet());
    all.addAll(List.of("per-sequence", "rerouted", "renormalized"));
    return all;
  }

  /**
   * The rule that a text says: {@code dropless}, a factor such as {@code 1.25}, or {@code
   * megatron:1.25:by-weight:renormalized}.
   *
   * @param k choices per token
   */
  public static CapacityRule parse(String text, int k) {
    Require.that(!text.isBlank(), "capacity must not be blank");
    if (text.equals(DROPLESS)) {
      return new Dropless();
    }
    String[] parts = parts(text);
    CapacityKind kind = named(parts[0], text);
    Require.that(parts.length > 1, "capacity %s needs a number after a colon", text);
    return rule(kind.factory().create(number(parts[1], text), k), parts, text);
  }

  /** What a rule is, a few words. */
  static String text(String rule) {
    return rule.equals(DROPLESS)
        ? "every assignment is kept"
        : "limit of an expert as in " + named(parts(rule)[0], rule).text();
  }

  /** The limit of an expert. */
  static String formula(String rule) {
    return rule.equals(DROPLESS) ? "" : named(parts(rule)[0], rule).formula();
  }

  private static String[] parts(String text) {
    return (Character.isDigit(text.charAt(0)) ? "factor:" + text : text).split(":");
  }

  private static CapacityRule rule(CapacityFormula formula, String[] parts, String text) {
    List<String> modifiers = List.of(parts).subList(2, parts.length);
    DropOrder order = DropOrder.tokenMajor();
    for (String modifier : modifiers) {
      Require.that(
          modifiers().contains(modifier),
          "capacity modifier must be one of %s but was %s in %s",
          modifiers(),
          modifier,
          text);
      order = ORDERS.getOrDefault(modifier, order);
    }
    boolean perSequence = modifiers.contains("per-sequence");
    CapacityRule rule = modifiers.contains("rerouted")
        ? new Rerouted(formula, perSequence, order, TRIES)
        : new LimitedCapacity(formula, perSequence, order);
    return modifiers.contains("renormalized") ? Renormalized.of(rule) : rule;
  }

  private static CapacityKind named(String name, String text) {
    return ALL.stream()
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "capacity must be dropless, a factor or one of %s and a number but was %s"
                .formatted(ALL.stream().map(CapacityKind::name).toList(), text)));
  }

  private static double number(String number, String text) {
    try {
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "capacity must have a number after its name but was " + text, e);
    }
  }

  private static int whole(double number) {
    Require.that(
        number == Math.rint(number), "a fixed capacity must be a whole number but was %s", number);
    return (int) number;
  }
}
