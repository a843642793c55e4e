package io.github.moe4j.core.catalogue;

import io.github.moe4j.core.internal.Require;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A numeric option of a catalogue entry; the range is checked when the component is built.
 *
 * @param name in configurations
 * @param text its meaning, and its default if that depends on sizes
 * @param whole whether it must be a whole number
 * @param usual its default; empty if that depends on sizes
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

  /** Any number; its default depends on sizes. */
  public static NumberOption bySize(String name, String text) {
    return new NumberOption(name, text, false, OptionalDouble.empty());
  }

  /** A whole number; its default depends on sizes. */
  public static NumberOption wholeBySize(String name, String text) {
    return new NumberOption(name, text, true, OptionalDouble.empty());
  }

  /** The given number, or the default; empty if it was not given and the default depends on sizes. */
  public OptionalDouble in(Map<String, Double> given) {
    Double value = given.get(name);
    return value == null ? usual : OptionalDouble.of(value);
  }

  /**
   * Checks that each given number belongs to an option, is finite, and is whole where required.
   *
   * @param subject what is built, for messages, as {@code router deepseek-v3}
   * @throws IllegalArgumentException if an option is unknown, or a number not finite or not whole
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
