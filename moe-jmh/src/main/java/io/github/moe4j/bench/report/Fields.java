package io.github.moe4j.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.core.internal.Require;

/** Reads fields of JSON: what is missing is an error or NaN, never a silent 0. */
final class Fields {
  private Fields() {}

  /** A required text. */
  static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    Require.that(value.isTextual(), "has no text \"%s\"", name);
    return value.asText();
  }

  /** A required number. */
  static double required(JsonNode node, String name) {
    double value = number(node.path(name));
    Require.that(Double.isFinite(value), "has no number \"%s\"", name);
    return value;
  }

  /** A number or NaN. JMH writes what is not finite as a text, such as "NaN" or "+INF". */
  static double number(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.asDouble()) ? value.asDouble() : Double.NaN;
  }
}
