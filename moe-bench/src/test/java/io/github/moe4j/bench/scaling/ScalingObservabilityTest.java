package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.cli.MedianInterval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScalingObservabilityTest {
  private static final LayerShape TINY = new LayerShape("tiny", 40, 8, 16, 4, 2);

  @Test
  void measure_observability_recordedAndHeardOnlyThosePasses() {
    List<String> progress = new ArrayList<>();
    // Throws if the recording has events of passes that are not to be recorded.
    ScalingPart.Result result =
        new ObservabilityPart(List.of(TINY), new Timing(5, 0, 0, 0), 1).measure(progress::add);
    assertEquals(List.of("observability, tiny"), progress);
    JsonNode row = new ObjectMapper().valueToTree(result.figures()).get(0);
    int rounds = row.get("rounds").asInt();
    assertTrue(rounds >= 3 && rounds <= 5, row.toString());
    // 3 passes to warm up, then in each round one that is not timed and one that is
    int passes = 3 + 2 * rounds;
    assertEquals(4 * passes, row.get("events").asInt());
    assertEquals(2 * 40 * passes, row.get("heard").asInt());
    assertEquals("tiny", row.get("shape").get("name").asText());
    for (String ratio : List.of("recording", "listener", "again")) {
      JsonNode interval = row.get(ratio);
      assertTrue(interval.get("low").asDouble() > 0, row.toString());
      assertTrue(
          interval.get("low").asDouble() <= interval.get("median").asDouble(), row.toString());
      assertTrue(
          interval.get("median").asDouble() <= interval.get("high").asDouble(), row.toString());
    }
    assertTrue(row.get("nanosOn").asDouble() > 0 && row.get("nanosOff").asDouble() > 0);
  }

  @Test
  void set_onAndOff_countsWhatWasOn() {
    try (ObservedLayer watched = new ObservedLayer(TINY);
        EventSwitch events = new EventSwitch()) {
      Runnable pass = watched.passes().get(ObservedLayer.By.RECORDING.ordinal());
      pass.run();
      events.set(true);
      pass.run();
      pass.run();
      events.set(false);
      pass.run();
      events.set(true);
      pass.run();
      assertEquals(Map.of("RECORDING", 12), events.countByLayer());
    }
  }

  @Test
  void interval_ranksOfTheBinomialDistribution() {
    // 100 samples: the known 95 % interval is from the 40th to the 61st.
    double[] samples = IntStream.rangeClosed(1, 100).mapToDouble(i -> 101 - i).toArray();
    assertEquals(new MedianInterval(40, 50.5, 61), MedianInterval.of(samples));
    assertEquals(new MedianInterval(1, 2, 3), MedianInterval.of(new double[] {3, 1, 2}));
    assertEquals(new MedianInterval(7, 7, 7), MedianInterval.of(new double[] {7}));
  }

  @Test
  void table_observability_perCent() {
    ObservabilityPart.Row row = new ObservabilityPart.Row(
        TINY,
        9,
        0.5,
        new MedianInterval(1.001, 1.0025, 1.004),
        new MedianInterval(0.99, 1, 1.01),
        new MedianInterval(0.98, 0.995, 1.01),
        8,
        80,
        5,
        1000);
    List<String> lines = ObservabilityTable.of(List.of(row)).lines().toList();
    assertEquals("### Observability", lines.get(0));
    assertEquals(
        "| tiny | 40, 8, 16, 4, 2 | 9 | 0.500 | +0.25 [+0.10, +0.40] | +0.00 [-1.00, +1.00] | -0.50"
            + " [-2.00, +1.00] |",
        lines.get(6));
    assertEquals("| tiny | 5.0 | 0.00100 | 1000 | 0.200 |", lines.get(12));
  }
}
