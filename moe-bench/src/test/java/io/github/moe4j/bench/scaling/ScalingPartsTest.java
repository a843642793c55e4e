package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.cli.StoppedException;
import io.github.moe4j.cli.TestWatch;
import io.github.moe4j.cli.Watch;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs every part with shapes that take no time. */
class ScalingPartsTest {
  private static final LayerShape TINY = new LayerShape("tiny", 40, 8, 16, 4, 2);

  private final List<String> progress = new ArrayList<>();
  private final TestWatch watches = TestWatch.patient();
  private final Timing quick = watchedBy(watches);

  private static Timing watchedBy(TestWatch watches) {
    Watch watch = watches.open("scaling", 0, "steps", new PrintWriter(new StringWriter()));
    return new Timing(3, 0, 0, 0).watchedBy(watch);
  }

  private Object figures(ScalingPart part) {
    ScalingPart.Result result = part.measure(progress::add);
    assertTrue(result.markdown().startsWith("### "), result.markdown());
    assertTrue(progress.get(0).startsWith(part.name()), progress.toString());
    assertEquals(part.steps(), watches.done(), part.name());
    return result.figures();
  }

  private static <R> List<R> rows(Object figures, Class<R> type) {
    return ((List<?>) figures).stream().map(type::cast).toList();
  }

  @Test
  void measure_experts_firstIsComparedWithItself() {
    ScalingPart part = new ExpertsPart(TINY, List.of(2, 4), quick);
    List<ExpertsPart.Row> rows = rows(figures(part), ExpertsPart.Row.class);
    assertEquals(List.of(2, 4), rows.stream().map(ExpertsPart.Row::experts).toList());
    assertEquals(1, rows.get(0).share());
    assertTrue(rows.get(1).share() > 0);
    assertEquals(40e3, rows.get(1).tokensPerSecond() * rows.get(1).millis(), 1e-6);
  }

  @Test
  void measure_tokens_firstOfEachShapeIsComparedWithItself() {
    ScalingPart part = new TokensPart(List.of(TINY, TINY), List.of(20, 40), quick);
    List<TokensPart.Row> rows = rows(figures(part), TokensPart.Row.class);
    assertEquals(
        List.of(20, 40, 20, 40), rows.stream().map(row -> row.shape().tokens()).toList());
    assertEquals(1, rows.get(2).relative());
    assertEquals(rows.get(1).millis(), rows.get(1).microsPerToken() * 40 / 1e3, 1e-9);
    assertEquals(List.of("tokens, tiny", "tokens, tiny"), progress);
  }

  @Test
  void measure_skew_bothPasses() {
    List<SkewPart.Row> rows = rows(figures(new SkewPart(TINY, quick)), SkewPart.Row.class);
    assertEquals(
        List.of("forward", "training"), rows.stream().map(SkewPart.Row::pass).toList());
    rows.forEach(row -> assertTrue(row.ratio() > 0 && row.evenMillis() > 0, row.toString()));
  }

  @Test
  void choices_evenAndSkewed_rowsOfExperts() {
    SkewPart part = new SkewPart(TINY, quick);
    assertArrayEquals(new int[] {20, 20, 20, 20}, load(part.evenChoices()));
    // half of 80 rows on the first; the other 40 in turn over three experts
    assertArrayEquals(new int[] {40, 14, 13, 13}, load(part.skewedChoices()));
    LayerShape three = new LayerShape("three", 40, 8, 16, 4, 3);
    assertThrows(IllegalArgumentException.class, () -> new SkewPart(three, quick));
  }

  private static int[] load(int[][] choices) {
    int[] load = new int[4];
    Arrays.stream(choices).flatMapToInt(Arrays::stream).forEach(expert -> load[expert]++);
    return load;
  }

  @Test
  void measure_callers_oneAndTwo() {
    ScalingPart part = new CallersPart(List.of(TINY), quick);
    CallersPart.Row row = rows(figures(part), CallersPart.Row.class).get(0);
    assertTrue(row.onePerSecond() > 0 && row.twoPerSecond() > 0 && row.ratio() > 0);
  }

  @Test
  void measure_steady_twoPointsAndGarbage() {
    ScalingPart part = new SteadyPart(TINY, 110, List.of(TINY), quick);
    SteadyPart.Figures figures = (SteadyPart.Figures) figures(part);
    assertEquals(
        List.of(11, 110), figures.memory().stream().map(MemoryPoint::calls).toList());
    assertTrue(figures.memory().get(1).javacppObjects() > 0);
    SteadyPart.GarbageRow row = figures.garbage().get(0);
    assertTrue(
        row.calls() >= 20 && !(row.kilobytes() <= 0) && !(row.inferenceKilobytes() <= 0),
        row.toString());
  }

  @Test
  void measure_stopAsked_everyPartEndsBetweenTwoSteps() {
    Timing stopping = watchedBy(TestWatch.stopAfter(1));
    for (ScalingPart part : List.of(
        new ExpertsPart(TINY, List.of(2, 4), stopping),
        new TokensPart(List.of(TINY), List.of(20, 40), stopping),
        new SkewPart(TINY, stopping),
        new CallersPart(List.of(TINY), stopping),
        new SteadyPart(TINY, 110, List.of(TINY), stopping))) {
      assertThrows(StoppedException.class, () -> part.measure(what -> {}), part.name());
    }
  }
}
