package io.github.moe4j.core.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberOptionTest {
  private static final List<NumberOption> OPTIONS = List.of(
      NumberOption.of("scale", "factor", 0.5),
      NumberOption.whole("groups", "groups of experts", 3),
      NumberOption.bySize("rate", "by size"),
      NumberOption.wholeBySize("rank", "by size"));

  @Test
  void in_givenOrNot_theNumberOrTheDefault() {
    Map<String, Double> given = Map.of("scale", 2.0, "rank", 4.0);
    assertEquals(OptionalDouble.of(2), OPTIONS.get(0).in(given));
    assertEquals(OptionalDouble.of(3), OPTIONS.get(1).in(given));
    assertEquals(OptionalDouble.empty(), OPTIONS.get(2).in(given));
    assertEquals(OptionalDouble.of(4), OPTIONS.get(3).in(given));
  }

  @Test
  void requireKnown_optionsOfTheRightKind_areTaken() {
    NumberOption.requireKnown(
        "router x", OPTIONS, Map.of("scale", 0.25, "groups", -7.0, "rate", 1e300, "rank", 0.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "size | 1 | an option of router x must be one of [scale, groups, rate, rank] but was size",
        "scale | NaN | option scale of router x must be a finite number but was NaN",
        "rate | -Infinity | option rate of router x must be a finite number but was -Infinity",
        "groups | 2.5 | option groups of router x must be a whole number but was 2.5",
        "groups | Infinity | option groups of router x must be a whole number but was Infinity",
        "rank | 3e9 | option rank of router x must be a whole number but was 3.0E9"
      })
  void requireKnown_others_areRefused(String name, double value, String error) {
    assertEquals(
        error,
        assertThrows(
                IllegalArgumentException.class,
                () -> NumberOption.requireKnown("router x", OPTIONS, Map.of(name, value)))
            .getMessage());
  }
}
