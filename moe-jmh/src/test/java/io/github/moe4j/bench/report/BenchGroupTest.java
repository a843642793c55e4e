package io.github.moe4j.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchGroupTest {

  private static ResultFile file(String... entries) throws IOException {
    List<JmhRun> runs = new ArrayList<>();
    for (String entry : entries) {
      runs.add(JmhRun.of(new ObjectMapper().readTree(entry)));
    }
    return new ResultFile("file", Map.of(), runs, List.of());
  }

  @Test
  void of_filesInDifferentUnits_areOneGroupInOneUnit() throws IOException {
    List<BenchGroup> groups = BenchGroup.of(List.of(
        file(ResultTexts.router("a", 4000, "400", "ns/op")),
        file(ResultTexts.router("a", 8, "0.6", "us/op"))));
    assertEquals(1, groups.size());
    BenchGroup group = groups.get(0);
    assertEquals("us/op", group.unit());
    Figure first = group.figures().get(0);
    Figure second = group.figures().get(1);
    assertEquals(4, first.score(), 1e-12);
    assertEquals(0.4, first.error(), 1e-12);
    assertEquals(4.001, first.spread().max(), 1e-12);
    assertEquals(8, second.score(), 1e-12);
    assertNull(first.ratio());
    Ratio ratio = second.ratio();
    assertNotNull(ratio);
    assertEquals(2, ratio.value(), 1e-12);
    // 0.4 / 4 = 0.1 and 0.6 / 8 = 0.075: √(0.1² + 0.075²) = 0.125 of 2
    assertEquals(0.25, ratio.error(), 1e-12);
    assertEquals(7 / 4.001, ratio.low(), 1e-12);
    assertEquals(9 / 3.999, ratio.high(), 1e-12);
  }

  @ParameterizedTest
  @CsvSource({"40, false", "40.1, true", "400, true", "'\"NaN\"', true"})
  void of_errorAboveATenth_orUnknown_isUncertain(String error, boolean uncertain)
      throws IOException {
    List<BenchGroup> groups =
        BenchGroup.of(List.of(file(ResultTexts.router("a", 400, error, "ns/op"))));
    assertEquals(uncertain, groups.get(0).figures().get(0).uncertain());
  }

  @Test
  void of_numberOfTokens_isTimePerToken_andAGroupOfItsOwn() throws IOException {
    String call = ResultTexts.router("a", 64, "1", "us/op");
    String token = call.replace("\"size\": \"8x2\"", "\"tokens\": \"2048\"");
    List<BenchGroup> groups = BenchGroup.of(List.of(file(token, call)));
    assertEquals(
        List.of("ns/token", "us/op"), groups.stream().map(BenchGroup::unit).toList());
    // 64 µs / 2048 = 31.25 ns
    assertEquals(31.25, groups.get(0).figures().get(0).score(), 1e-9);
    assertEquals(65 * 1000.0 / 2048, groups.get(0).figures().get(0).spread().max(), 1e-9);
  }

  @Test
  void of_unknownError_leavesTheErrorOfTheRatioOpen() throws IOException {
    List<BenchGroup> groups = BenchGroup.of(List.of(
        file(ResultTexts.router("a", 4, "\"NaN\"", "ns/op")),
        file(ResultTexts.router("a", 8, "0.6", "ns/op"))));
    Ratio ratio = groups.get(0).figures().get(1).ratio();
    assertNotNull(ratio);
    assertEquals(2, ratio.value());
    assertEquals(Double.NaN, ratio.error());
  }

  @Test
  void of_runThatTheFirstFileLacks_hasNoRatio() throws IOException {
    List<BenchGroup> groups = BenchGroup.of(List.of(
        file(ResultTexts.router("a", 4, "1", "ns/op")),
        file(ResultTexts.router("b", 8, "1", "ns/op")),
        file(ResultTexts.router("b", 9, "1", "ns/op"))));
    for (Figure figure : groups.get(0).figures()) {
      assertNull(figure.ratio());
    }
  }

  @Test
  void of_throughputBesideTime_isAnotherGroupWhereMoreIsBetter() throws IOException {
    List<BenchGroup> groups = BenchGroup.of(List.of(
        file(ResultTexts.router("a", 4, "1", "ns/op"), ResultTexts.router("a", 5, "1", "ops/s"))));
    assertEquals(
        List.of("ns/op", "ops/s"), groups.stream().map(BenchGroup::unit).toList());
    assertEquals(
        List.of(false, true), groups.stream().map(BenchGroup::higherIsBetter).toList());
  }

  @Test
  void of_differentThreads_areAParameter() throws IOException {
    String one = ResultTexts.router("a", 4, "1", "ns/op");
    List<BenchGroup> groups =
        BenchGroup.of(List.of(file(one, one.replace("\"threads\": 1", "\"threads\": 2"))));
    assertEquals(
        List.of("1", "2"),
        groups.get(0).figures().stream().map(f -> f.params().get("threads")).toList());
  }

  @Test
  void of_firstScoreZero_hasNoRatio() throws IOException {
    List<BenchGroup> groups = BenchGroup.of(List.of(
        file(ResultTexts.router("a", 0, "0", "ns/op")),
        file(ResultTexts.router("a", 8, "1", "ns/op"))));
    assertNull(groups.get(0).figures().get(1).ratio());
  }
}
