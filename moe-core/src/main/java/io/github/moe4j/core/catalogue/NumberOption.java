package io.github.moe4j.core.catalogue;

import io.github.moe4j.core.internal.Require;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A number that an entry of a catalogue can be given; what built it checks the range.
 *
 * @param name in configurations
 * @param text what it is, and its value if not given where that depends on sizes
 * @param whole whether it must be a whole number
 * @param usual its value if not given; empty if that depends on sizes
 */
public record NumberOption(String name, String text, boolean whole, OptionalDouble usual) {
  /** Any number. */
  public static NumberOption of(String name, String text, double usual) {
    return new NumberOption(name, text, false, OptionalDouble.of(usual));
  }

  /** A whole number. */
  public static NumberOption whole(String name, String text, int usual) {
    return new NumberOption(name, text, true, OptionalDouble.of(usual));
  }

  /** Any number; its usual value depends on sizes. */
  public static NumberOption bySize(String name, String text) {
    return new NumberOption(name, text, false, OptionalDouble.empty());
  }

  /** A whole number; its usual value depends on sizes. */
  public static NumberOption wholeBySize(String name, String text) {
    return new NumberOption(name, text, true, OptionalDouble.empty());
  }

  /** The number given, or the usual one; empty if it was not given and depends on sizes. */
  public OptionalDouble in(Map<String, Double> given) {
    Double value = given.get(name);
    return value == null ? usual : OptionalDouble.of(value);
  }

  /**
   * Throws unless each given number is of an option, finite, and whole where it must be.
   *
   * @param subject what is built, for messages, as {@code router deepseek-v3}
   */
  public static void requireKnown(
      String subject, List<NumberOption> options, Map<String, Double> given) {
    given.forEach((name, value) -> {
      NumberOption option = options.stream()
          .filter(o -> o.name().equals(name))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException("an option of %s must be one of %s but was %s"
                  .formatted(subject, options.stream().map(NumberOption::name).toList(), name)));
      Require.that(
          Double.isFinite(value) && (!option.whole() || value == (int) (double) value),
          "option %s of %s must be a %s but was %s",
          name,
          subject,
          option.whole() ? "whole number" : "finite number",
          value);
    });
  }
}
