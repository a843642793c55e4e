package io.github.moe4j.models.adapter;

import io.github.moe4j.models.layout.LayoutException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an adapter's config.
 *
 * @param fields as a JSON reader gives them. Not modified.
 */
record PeftFields(Map<String, ? extends @Nullable Object> fields) {
  /** What is read here. */
  private static final Set<String> READ = Set.of(
      "peft_type",
      "bias",
      "r",
      "lora_alpha",
      "lora_dropout",
      "use_rslora",
      "target_modules",
      "exclude_modules",
      "layers_to_transform",
      "layers_pattern",
      "rank_pattern",
      "alpha_pattern",
      "init_lora_weights");

  /** What changes no result of a trained adapter. */
  private static final Set<String> WITHOUT_EFFECT = Set.of(
      "auto_mapping",
      "base_model_name_or_path",
      "corda_config",
      "eva_config",
      "inference_mode",
      "loftq_config",
      "megatron_core",
      "peft_version",
      "qalora_group_size",
      "revision",
      "runtime_config",
      "task_type");

  /** Initializations that leave the weights of the model as they are; others change them too. */
  private static final Set<String> INITIALIZATIONS = Set.of("true", "false", "gaussian", "eva");

  /** Throws if a field asks for what is not supported; fields that are not known must be empty. */
  void requireSupported() {
    requireOneOf("peft_type", Set.of("LORA"));
    requireOneOf("bias", Set.of("none"));
    requireOneOf("init_lora_weights", INITIALIZATIONS);
    fields.forEach((name, value) -> {
      boolean isEmpty = value == null
          || value.equals(false)
          || value instanceof Collection<?> list && list.isEmpty()
          || value instanceof Map<?, ?> map && map.isEmpty();
      if (!isEmpty && !READ.contains(name) && !WITHOUT_EFFECT.contains(name)) {
        throw new LayoutException(
            "%s: %s is %s, which is not supported", PeftConfig.FILE, name, value);
      }
    });
  }

  private void requireOneOf(String name, Set<String> supported) {
    Object value = fields.get(name);
    if (value == null ? name.equals("peft_type") : !supported.contains(value.toString())) {
      throw wrong(name, "one of " + supported.stream().sorted().toList());
    }
  }

  private LayoutException wrong(String name, String rule) {
    return new LayoutException(
        "%s: %s must be %s but is %s", PeftConfig.FILE, name, rule, fields.get(name));
  }

  double number(String name, double otherwise) {
    Object value = fields.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw wrong(name, "a number");
  }

  double dropout() {
    double rate = number("lora_dropout", 0);
    if (rate < 0 || rate >= 1) {
      throw wrong("lora_dropout", "in [0, 1)");
    }
    return rate;
  }

  boolean flag(String name) {
    Object value = fields.get(name);
    if (value != null && !(value instanceof Boolean)) {
      throw wrong(name, "true or false");
    }
    return Boolean.TRUE.equals(value);
  }

  /** Numbers by name; none if the field is not set. */
  Map<String, Double> numbers(String name) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    Object value = fields.get(name);
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, number) -> {
        if (!(number instanceof Number n) || !Double.isFinite(n.doubleValue())) {
          throw wrong(name, "an object of numbers");
        }
        numbers.put(String.valueOf(key), n.doubleValue());
      });
    } else if (value != null) {
      throw wrong(name, "an object of numbers");
    }
    return numbers;
  }

  /** The text in a field; null if there is none. */
  @Nullable
  String text(String name) {
    return fields.get(name) instanceof String text ? text : null;
  }

  /** The texts of a list, or the one text in its place; null if the field is not set. */
  @Nullable
  List<String> texts(String name) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    for (Object element : value instanceof Collection<?> list ? list : List.of(value)) {
      if (!(element instanceof String text)) {
        throw wrong(name, "a list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /** The whole numbers of a list, or the one number in its place; null if the field is not set. */
  @Nullable
  List<Integer> integers(String name) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    List<Integer> numbers = new ArrayList<>();
    for (Object element : value instanceof Collection<?> list ? list : List.of(value)) {
      if (!(element instanceof Integer number)) {
        throw wrong(name, "a list of whole numbers");
      }
      numbers.add(number);
    }
    return numbers;
  }
}
