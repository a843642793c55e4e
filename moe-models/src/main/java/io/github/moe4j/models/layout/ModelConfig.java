package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.Activation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a {@code config.json}. Immutable. A field that is null is an error, since models differ in what it stands
 * for; where it stands for no value, {@link #nullAsAbsent} says so.
 */
final class ModelConfig {
  /** Characters of a value in a message. */
  private static final int SHOWN = 100;

  private final Map<String, @Nullable Object> fields;

  /** Fields as a JSON reader gives them. Not modified. */
  ModelConfig(Map<String, ? extends @Nullable Object> fields) {
    this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** Whether a field is present and not null. */
  boolean isSet(String name) {
    return fields.get(name) != null;
  }

  /** Whether a field is present, possibly null. */
  boolean has(String name) {
    return fields.containsKey(name);
  }

  /** These fields, of which some count as absent if they are null. */
  ModelConfig nullAsAbsent(String... names) {
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(fields);
    for (String name : names) {
      if (rest.get(name) == null) {
        rest.remove(name);
      }
    }
    return new ModelConfig(rest);
  }

  /** The part of a model that reads text, of those that also read pictures or sound; else all. */
  ModelConfig text() {
    return inner("text_config");
  }

  /** The object in a field, or these fields if there is none. */
  ModelConfig inner(String name) {
    if (!given(name)) {
      return this;
    }
    Object value = fields.get(name);
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(name, "an object");
    }
    Map<String, @Nullable Object> inner = new LinkedHashMap<>();
    map.forEach((key, element) -> inner.put(String.valueOf(key), element));
    return new ModelConfig(inner);
  }

  /** Whether a field is present, which must not be null. */
  private boolean given(String name) {
    if (fields.containsKey(name) && fields.get(name) == null) {
      throw new LayoutException("config %s must have a value, or be absent, but is null", name);
    }
    return fields.containsKey(name);
  }

  /** A required whole number of at least 1. */
  int size(String name) {
    int value = integer(name);
    if (value < 1) {
      throw wrong(name, "at least 1");
    }
    return value;
  }

  /** A whole number of at least 1, or the default if it is not set. */
  int size(String name, int otherwise) {
    return given(name) ? size(name) : otherwise;
  }

  /** The same under the first of two names that is set. */
  int sizeOf(String name, String other) {
    return size(given(name) || !given(other) ? name : other);
  }

  /** These fields, of which one that lists a number for each layer, all equal, is that number. */
  ModelConfig withOneFor(String name) {
    if (!(fields.get(name) instanceof Collection<?>)) {
      return this;
    }
    List<Integer> each = integers(name).stream().distinct().toList();
    if (each.size() != 1) {
      throw unsupported(name, "the same number for all layers");
    }
    Map<String, @Nullable Object> one = new LinkedHashMap<>(fields);
    one.put(name, each.get(0));
    return new ModelConfig(one);
  }

  /** A whole number of at least 0, or the default if it is not set. */
  int count(String name, int otherwise) {
    int value = given(name) ? integer(name) : otherwise;
    if (value < 0) {
      throw wrong(name, "at least 0");
    }
    return value;
  }

  private int integer(String name) {
    if (!given(name)) {
      throw new LayoutException("config must have %s, a whole number, but has none", name);
    }
    return whole(name, fields.get(name));
  }

  private int whole(String name, @Nullable Object value) {
    if (value instanceof Number number
        && number.doubleValue() == Math.rint(number.doubleValue())
        && Math.abs(number.doubleValue()) <= Integer.MAX_VALUE) {
      return number.intValue();
    }
    throw wrong(name, "a whole number");
  }

  /**
   * How many of so many a token chooses.
   *
   * @param name of the field
   * @param otherwise if it is not set; 0 if it must be
   * @param most that there are
   * @param mostName what says so
   */
  int choices(String name, int otherwise, int most, String mostName) {
    int value = otherwise == 0 ? size(name) : size(name, otherwise);
    if (value > most) {
      throw new LayoutException(
          "config %s must be at most %s, which is %d, but is %d", name, mostName, most, value);
    }
    return value;
  }

  /** Whole numbers, or none if they are not set. */
  List<Integer> integers(String name) {
    List<Integer> result = new ArrayList<>();
    if (given(name)) {
      if (!(fields.get(name) instanceof Collection<?> elements)) {
        throw wrong(name, "a list of whole numbers");
      }
      elements.forEach(element -> result.add(whole(name, element)));
    }
    return result;
  }

  /** A finite number, or the default if it is not set. */
  double number(String name, double otherwise) {
    if (!given(name)) {
      return otherwise;
    }
    if (fields.get(name) instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw wrong(name, "a number");
  }

  /** A number in [0, 1), or the default if it is not set. */
  double rate(String name, double otherwise) {
    double value = number(name, otherwise);
    if (value < 0 || value >= 1) {
      throw wrong(name, "in [0, 1)");
    }
    return value;
  }

  /** A flag, or the default if it is not set. */
  boolean flag(String name, boolean otherwise) {
    if (!given(name)) {
      return otherwise;
    }
    if (fields.get(name) instanceof Boolean value) {
      return value;
    }
    throw wrong(name, "true or false");
  }

  /** A text, or the default if it is not set. */
  String text(String name, String otherwise) {
    if (!given(name)) {
      return otherwise;
    }
    if (fields.get(name) instanceof String value) {
      return value;
    }
    throw wrong(name, "a text");
  }

  /** The texts of a list; those that are none are left out. */
  List<String> texts(String name) {
    return fields.get(name) instanceof Collection<?> elements
        ? elements.stream()
            .filter(String.class::isInstance)
            .map(String.class::cast)
            .toList()
        : List.of();
  }

  /** The activation of a field, SiLU or whatever else is the default if it is not set. */
  Activation activation(String name, String otherwise) {
    return switch (text(name, otherwise)) {
      case "relu" -> Activation.RELU;
      case "silu", "swish" -> Activation.SILU;
      case "gelu", "gelu_python" -> Activation.GELU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_accurate" -> Activation.GELU_TANH;
      default -> throw unsupported(name, "relu, silu, gelu, gelu_new");
    };
  }

  /** Throws if a field is set to anything but the one text that is supported. */
  void requireText(String name, String supported) {
    if (!text(name, supported).equals(supported)) {
      throw unsupported(name, supported);
    }
  }

  /** Throws if a flag is set. */
  void requireOff(String name) {
    if (flag(name, false)) {
      throw unsupported(name, "false");
    }
  }

  /** Throws if a flag is set to false. */
  void requireOn(String name) {
    if (!flag(name, true)) {
      throw unsupported(name, "true");
    }
  }

  /** The error for a value that is not supported. */
  LayoutException unsupported(String name, String supported) {
    return new LayoutException("config %s is %s; supported: %s", name, shown(name), supported);
  }

  private LayoutException wrong(String name, String kind) {
    return new LayoutException("config %s must be %s but is %s", name, kind, shown(name));
  }

  /** A value in one line of some length. */
  String shown(String name) {
    String text = String.valueOf(fields.get(name)).replaceAll("\\s+", " ");
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + " …";
  }
}
