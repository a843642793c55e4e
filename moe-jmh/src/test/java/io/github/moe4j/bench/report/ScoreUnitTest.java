package io.github.moe4j.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreUnitTest {

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
    assertEquals(factor, ScoreUnit.of(from).to(ScoreUnit.of(to)), 1e-12 * factor);
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
    ScoreUnit unit = ScoreUnit.of(from).readable(DoubleStream.of(score));
    assertEquals(ScoreUnit.of(expected).name(), unit.name());
    assertEquals(ScoreUnit.of(expected).factor(), unit.factor(), 1e-12 * unit.factor());
  }

  @Test
  void readable_severalScores_followsTheMiddleOne() {
    assertEquals(
        "us/op", ScoreUnit.of("ns/op").readable(DoubleStream.of(1, 5e3, 9e9)).name());
  }
}
