package io.github.moe4j.models.adapter;

import io.github.moe4j.models.layout.LayoutException;
import java.util.List;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Which modules of a model have an adapter, by the rules of PEFT's {@code check_target_module_exists}.
 *
 * @param expression that the whole name must match; null if there are names
 * @param names whole ones, or what a name ends with after a dot
 * @param excluded modules that have none, likewise; null if there are none
 * @param excludedExpression the same as a regular expression
 * @param layers that have adapters, for names; null for all
 * @param layerPatterns what stands before the number of a layer; null for anything
 */
record TargetModules(
    @Nullable String expression,
    List<String> names,
    @Nullable List<String> excluded,
    @Nullable String excludedExpression,
    @Nullable List<Integer> layers,
    @Nullable List<String> layerPatterns) {
  static TargetModules of(List<String> names) {
    return new TargetModules(null, names, null, null, null, null);
  }

  static TargetModules of(PeftFields fields) {
    String expression = fields.text("target_modules");
    if ("all-linear".equals(expression)) {
      throw new LayoutException(
          "%s: target_modules must be names or a regular expression but is all-linear",
          PeftConfig.FILE);
    }
    List<String> names = expression == null ? fields.texts("target_modules") : List.of();
    if (names == null) {
      throw new LayoutException("%s: target_modules must be set but is not", PeftConfig.FILE);
    }
    String excluded = fields.text("exclude_modules");
    List<String> patterns = fields.texts("layers_pattern");
    return new TargetModules(
        expression,
        names,
        excluded == null ? fields.texts("exclude_modules") : null,
        excluded,
        fields.integers("layers_to_transform"),
        patterns == null || patterns.isEmpty() ? null : patterns);
  }

  /** Whether a module has an adapter. */
  boolean contain(String module) {
    if (excludedExpression != null && ModulePattern.matches(excludedExpression, module)
        || excluded != null && isNamed(excluded, module)) {
      return false;
    }
    if (expression != null) {
      return ModulePattern.matches(expression, module);
    }
    return names.contains(module) || isNamed(names, module) && isInLayer(module);
  }

  private static boolean isNamed(List<String> names, String module) {
    return names.stream().anyMatch(name -> module.equals(name) || module.endsWith("." + name));
  }

  private boolean isInLayer(String module) {
    if (layers == null || layers.isEmpty()) {
      return true;
    }
    for (String pattern : layerPatterns == null ? List.of("[^.]*") : layerPatterns) {
      Matcher layer = ModulePattern.matcher(".*?\\." + pattern + "\\.(\\d+)\\.", module);
      if (layer.lookingAt()) {
        return layers.contains(Integer.valueOf(layer.group(layer.groupCount())));
      }
    }
    return false;
  }
}
