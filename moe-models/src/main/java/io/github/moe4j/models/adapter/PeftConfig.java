package io.github.moe4j.models.adapter;

import io.github.moe4j.models.internal.ConfigJson;
import io.github.moe4j.models.layout.LayoutException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code adapter_config.json} of PEFT says of low-rank adapters. Immutable.
 *
 * @param rank r of modules without a pattern
 * @param alpha {@code lora_alpha} of modules without a pattern
 * @param rsLora {@code use_rslora}
 * @param dropout {@code lora_dropout}
 * @param targets which modules have an adapter
 * @param ranks {@code rank_pattern}: other ranks, by regular expressions of modules, the first that matches
 * @param alphas {@code alpha_pattern}, likewise
 */
record PeftConfig(
    int rank,
    double alpha,
    boolean rsLora,
    double dropout,
    TargetModules targets,
    Map<String, Double> ranks,
    Map<String, Double> alphas) {
  static final String FILE = "adapter_config.json";

  /**
   * Reads a config.
   *
   * @throws LayoutException if it is no such JSON, or if a field asks for what is not supported
   */
  static PeftConfig parse(String text) {
    Map<String, @Nullable Object> json;
    try {
      json = ConfigJson.parse(text);
    } catch (LayoutException e) {
      throw new LayoutException("%s: %s", FILE, e.getMessage());
    }
    PeftFields fields = new PeftFields(json);
    fields.requireSupported();
    return new PeftConfig(
        rank("r", fields.number("r", 8)),
        fields.number("lora_alpha", 8),
        fields.flag("use_rslora"),
        fields.dropout(),
        TargetModules.of(fields),
        fields.numbers("rank_pattern"),
        fields.numbers("alpha_pattern"));
  }

  private static int rank(String field, double value) {
    if (value != Math.rint(value) || value < 1 || value > Integer.MAX_VALUE) {
      throw new LayoutException(
          "%s: %s must be a whole number of at least 1 but is %s", FILE, field, value);
    }
    return (int) value;
  }

  /** The rank of a module. */
  int rankOf(String module) {
    return rank("rank_pattern", find(ranks, module, rank));
  }

  /** The numerator of the scale of a module. */
  double alphaOf(String module) {
    return find(alphas, module, alpha);
  }

  private static double find(Map<String, Double> patterns, String module, double otherwise) {
    for (Map.Entry<String, Double> entry : patterns.entrySet()) {
      if (ModulePattern.matches("(.*\\.)?(" + entry.getKey() + ")", module)) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  /** The same for adapters that are written. */
  static PeftConfig of(
      int rank,
      double alpha,
      boolean rsLora,
      double dropout,
      List<String> modules,
      Map<String, Double> ranks,
      Map<String, Double> alphas) {
    return new PeftConfig(rank, alpha, rsLora, dropout, TargetModules.of(modules), ranks, alphas);
  }
}
