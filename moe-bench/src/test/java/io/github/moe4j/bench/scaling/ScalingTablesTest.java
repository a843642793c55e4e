package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalingTablesTest {
  private static final Timing TIMING = new Timing(3, 0, 0, 0);
  private static final LayerShape TINY = new LayerShape("tiny", 40, 8, 16, 4, 2);

  private static List<String> lines(String table) {
    return table.lines().toList();
  }

  @Test
  void table_experts_rowsAndShare() {
    ExpertsPart part = new ExpertsPart(TINY, List.of(4, 8), TIMING);
    List<String> lines = lines(part.table(List.of(new ExpertsPart.Row(8, 2.5, 16_000, 0.754))));
    assertEquals("### Experts", lines.get(0));
    assertEquals(
        "T 40, D 8, H 16, K 2, forward. Goal: at E = 128 at least 75 % of the tokens/s at E ="
            + " 8.",
        lines.get(2));
    assertEquals("| E | rows per expert | ms | tokens/s | share of E = 4 |", lines.get(4));
    assertEquals("| 8 | 10 | 2.50 | 16000 | 75 % |", lines.get(6));
  }

  @Test
  void table_tokens_relativeToTheFewest() {
    TokensPart part = new TokensPart(List.of(TINY), List.of(20, 40), TIMING);
    List<String> lines = lines(part.table(List.of(new TokensPart.Row(TINY, 0.4, 10, 1.07))));
    assertEquals("Forward. Goal: the time of a token within 10 % of that at T = 20.", lines.get(2));
    assertEquals("| tiny | 8, 16, 4, 2 | 40 | 0.40 | 10.00 | 1.07 |", lines.get(6));
  }

  @Test
  void table_skew_bothTimes() {
    SkewPart part = new SkewPart(TINY, TIMING);
    List<String> lines = lines(part.table(List.of(new SkewPart.Row("training", 2, 2.2, 1.1))));
    assertEquals("| training | 2.00 | 2.20 | 1.10 |", lines.get(6));
  }

  @Test
  void table_callers_passesASecond() {
    List<String> lines =
        lines(CallersPart.table(List.of(new CallersPart.Row(TINY, 100, 95, 0.95))));
    assertEquals("| tiny | 40, 8, 16, 4, 2 | 100.0 | 95.0 | 0.95 |", lines.get(6));
  }

  @Test
  void table_steady_memoryAndGarbageKnownOrNot() {
    SteadyPart.Figures figures = new SteadyPart.Figures(
        List.of(new MemoryPoint(10, 2048L, 1536, 7), new MemoryPoint(100, null, 1024, 5)),
        List.of(
            new SteadyPart.GarbageRow(TINY, 20, 12.34, 5.67),
            new SteadyPart.GarbageRow(TINY, 20, Double.NaN, Double.NaN)));
    List<String> lines = lines(SteadyTable.of(TINY, figures));
    assertEquals("| 10 | 2 | 2 | 7 |", lines.get(6));
    assertEquals("| 100 | unknown | 1 | 5 |", lines.get(7));
    assertEquals("| tiny | 40, 8, 16, 4, 2 | 20 | 12.3 | 5.7 |", lines.get(13));
    assertEquals("| tiny | 40, 8, 16, 4, 2 | 20 | unknown | unknown |", lines.get(14));
  }
}
