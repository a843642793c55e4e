package io.github.moe4j.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.bench.roofline.LayerShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeersTableTest {
  private static final LayerShape SHAPE = new LayerShape("tiny", 10, 100, 100, 4, 2);
  private static final double[] OWN = {2, 1, 4, 3};
  private static final double[] PEER = {3, 2, 4, 9};

  private static PeerTime time(boolean training) {
    return PeerTime.of(PeerCase.gated(SHAPE), training, "peer", "moe4j", PEER, OWN);
  }

  @Test
  void table_row_byHand() {
    // 20 rows, 3 products of 20,000 operations: 1.2 million, in training three times as many
    assertEquals(
        "| tiny | 10, 100, 100, 4, 2 | forward | peer | 3.50 | 2.00 | 71 % | 0 | 1.75 |",
        PeersTable.of(List.of(time(false))).lines().toList().get(2));
    assertEquals(1.2e6 / 3.5e6, time(false).gflops(), 1e-12);
    assertEquals(3.6e6 / 3.5e6, time(true).gflops(), 1e-12);
    assertEquals("training", time(true).pass());
  }

  @Test
  void fields_ofJson_namesAndValues() {
    Map<String, Object> fields = time(false).fields();
    assertEquals(
        List.of(
            "shape",
            "pass",
            "system",
            "compared_with",
            "median_ms",
            "min_ms",
            "spread_percent",
            "gflops",
            "ratio_to_moe4j"),
        List.copyOf(fields.keySet()));
    assertEquals("tiny", fields.get("shape"));
    assertEquals("peer", fields.get("system"));
    assertEquals(3.5, fields.get("median_ms"));
    assertEquals(1.75, fields.get("ratio_to_moe4j"));
  }
}
