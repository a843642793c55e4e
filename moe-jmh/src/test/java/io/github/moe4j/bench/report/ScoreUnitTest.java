package io.github.moe4j.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreUnitTest {

  private static ScoreUnit of(String name) {
    return ScoreUnit.of(name, OptionalInt.empty());
  }

  @ParameterizedTest
  @CsvSource({
    // 2048 µs for 2048 tokens are 1 µs for one
    "us/op, 2048, 2048, us/token, 1",
    "us/op, 100, 2000, ns/token, 50",
    "ops/s, 500, 2000, tokens/us, 1",
    "B/op, 7, 2000, B/op, 7"
  })
  void readable_knownTokens_isPerToken(
      String from, double score, int tokens, String expected, double readable) {
    ScoreUnit unit = ScoreUnit.of(from, OptionalInt.of(tokens));
    ScoreUnit shown = unit.readable(DoubleStream.of(score));
    assertEquals(expected, shown.name());
    assertEquals(readable, score * unit.to(shown), 1e-9);
  }

  @ParameterizedTest
  @CsvSource({
    "ns/op, us/op, 1e-3",
    "s/op, ns/op, 1e9",
    "min/op, s/op, 60",
    "ops/s, ops/ms, 1e-3",
    "ops/us, ops/s, 1e6",
    "ops/hr, ops/hr, 1",
    "B/op, B/op, 1"
  })
  void to_unitOfTheSameKind_isTheFactor(String from, String to, double factor) {
    assertEquals(factor, of(from).to(of(to)), 1e-12 * factor);
  }

  @ParameterizedTest
  @CsvSource({
    "ns/op, 999, ns/op",
    "ns/op, 1000, us/op",
    "ns/op, 5e6, ms/op",
    "ns/op, 5e12, s/op",
    "s/op, 1e-12, ns/op",
    "day/op, 1, s/op",
    "ops/s, 0.5, ops/s",
    "ops/s, 2e3, ops/ms",
    "ops/ns, 2, ops/ns",
    "ops/us, 2e-9, ops/s",
    "B/op, 5e9, B/op",
    "ns/op, NaN, ns/op",
    "ns/op, 0, ns/op"
  })
  void readable_oneScore_isAtLeastOneInIt(String from, double score, String expected) {
    ScoreUnit unit = of(from).readable(DoubleStream.of(score));
    assertEquals(of(expected).name(), unit.name());
    assertEquals(of(expected).factor(), unit.factor(), 1e-12 * unit.factor());
  }

  @Test
  void readable_severalScores_followsTheMiddleOne() {
    assertEquals("us/op", of("ns/op").readable(DoubleStream.of(1, 5e3, 9e9)).name());
  }
}
