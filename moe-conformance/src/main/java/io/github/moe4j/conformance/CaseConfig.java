package io.github.moe4j.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Sizes and options of a reference case. A JSON null counts as not set. Immutable, except that it
 * remembers which were asked for. Not thread-safe.
 */
public final class CaseConfig {
  private final JsonNode node;
  private final Set<String> asked = new HashSet<>();

  CaseConfig(JsonNode node) {
    this.node = node.deepCopy();
  }

  /** Whether an option is present and not null. */
  public boolean isSet(String name) {
    asked.add(name);
    return node.hasNonNull(name);
  }

  /** A required whole number. */
  public int integer(String name) {
    JsonNode value = require(name, "a whole number");
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(name, "a whole number", value);
    }
    return value.intValue();
  }

  /** A required whole number of at least 1. */
  public int size(String name) {
    int value = integer(name);
    if (value < 1) {
      throw wrong(name, "at least 1", node.get(name));
    }
    return value;
  }

  /** A whole number, or the default if it is not set. */
  public int integer(String name, int otherwise) {
    return isSet(name) ? integer(name) : otherwise;
  }

  /** A required number. */
  public double number(String name) {
    JsonNode value = require(name, "a number");
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(name, "a number", value);
    }
    return value.doubleValue();
  }

  /** A number, or the default if it is not set. */
  public double number(String name, double otherwise) {
    return isSet(name) ? number(name) : otherwise;
  }

  /** A required flag. */
  public boolean flag(String name) {
    JsonNode value = require(name, "true or false");
    if (!value.isBoolean()) {
      throw wrong(name, "true or false", value);
    }
    return value.booleanValue();
  }

  /** A flag, or the default if it is not set. */
  public boolean flag(String name, boolean otherwise) {
    return isSet(name) ? flag(name) : otherwise;
  }

  /** A required text. */
  public String text(String name) {
    JsonNode value = require(name, "a text");
    if (!value.isTextual()) {
      throw wrong(name, "a text", value);
    }
    return value.textValue();
  }

  /** Those that are set and were never asked for: what a family does not follow, or need not. */
  List<String> unread() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    names.removeIf(name -> asked.contains(name) || !node.hasNonNull(name));
    return names;
  }

  /** Required nested options under a name. */
  public CaseConfig section(String name) {
    JsonNode value = require(name, "an object");
    if (!value.isObject()) {
      throw wrong(name, "an object", value);
    }
    return new CaseConfig(value);
  }

  /**
   * Does nothing if all options are known, not set, or false.
   *
   * @throws UnsupportedCaseException if there is another
   */
  public void requireKnown(String... known) {
    Iterator<String> names = node.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      boolean given = isSet(name) && !(node.get(name).isBoolean() && !flag(name));
      if (given && !List.of(known).contains(name)) {
        throw new UnsupportedCaseException("config has an unknown option " + name);
      }
    }
  }

  /** A required list of texts. */
  public List<String> texts(String name) {
    return list(name, "a list of texts", JsonNode::isTextual).stream()
        .map(JsonNode::textValue)
        .toList();
  }

  /** A required list of numbers. */
  public double[] numbers(String name) {
    return list(name, "a list of numbers", JsonNode::isNumber).stream()
        .mapToDouble(JsonNode::doubleValue)
        .toArray();
  }

  private List<JsonNode> list(String name, String kind, Predicate<JsonNode> fits) {
    JsonNode value = require(name, kind);
    List<JsonNode> elements = new ArrayList<>();
    value.forEach(elements::add);
    if (!value.isArray() || !elements.stream().allMatch(fits)) {
      throw wrong(name, kind, value);
    }
    return elements;
  }

  /**
   * Does nothing if an option is not set or 0.
   *
   * @param why what a family lacks to follow another value
   * @throws UnsupportedCaseException if it has another value
   */
  public void requireZero(String name, String why) {
    double value = number(name, 0);
    if (value != 0) {
      throw new UnsupportedCaseException("config " + name + " is " + value + ": " + why);
    }
  }

  private JsonNode require(String name, String kind) {
    if (!isSet(name)) {
      throw new DamagedCaseException("config must have " + name + ", " + kind + ", but has none");
    }
    return node.get(name);
  }

  private static DamagedCaseException wrong(String name, String kind, JsonNode value) {
    return new DamagedCaseException("config " + name + " must be " + kind + " but is " + value);
  }
}
