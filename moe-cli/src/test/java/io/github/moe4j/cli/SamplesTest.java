package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static final double[] OWN = {2, 1, 4, 3};
  private static final double[] PEER = {3, 2, 4, 9};

  @Test
  void any_samples_byHand() {
    assertEquals(2.5, Samples.median(OWN));
    assertEquals(1, Samples.min(OWN));
    // quartiles 1.75 and 3.25
    assertEquals(60, Samples.spread(OWN), 1e-12);
    // ratios of the rounds 1.5, 2, 1, 3; of the medians it would be 1.4
    assertEquals(1.75, Samples.ratio(PEER, OWN));
    assertEquals(2.5, Samples.mean(OWN));
    // (0.25 + 2.25 + 2.25 + 0.25) / 3 = 5/3
    assertEquals(Math.sqrt(5 / 3.0), Samples.deviation(OWN), 1e-15);
    assertArrayEquals(new double[] {2, 1, 4, 3}, OWN, "not modified");
  }

  @Test
  void any_oneOrNone_defined() {
    double[] one = {7};
    assertEquals(7, Samples.median(one));
    assertEquals(0, Samples.spread(one));
    assertEquals(7, Samples.mean(one));
    assertEquals(Double.NaN, Samples.deviation(one));
    double[] none = {};
    assertEquals(Double.NaN, Samples.median(none));
    assertEquals(Double.NaN, Samples.mean(none));
    assertEquals(Double.NaN, Samples.deviation(none));
  }

  @Test
  void median_metricOfJmh_thatOfItsPercentiles() throws IOException {
    JsonNode metric =
        new ObjectMapper().readTree("{\"scorePercentiles\": {\"0.0\": 1, \"50.0\": 2.5}}");
    assertEquals(2.5, Samples.median(metric));
    assertEquals(Double.NaN, Samples.median(metric.path("scorePercentiles")));
  }
}
