package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.cli.MedianInterval;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalingQuantizedTest {
  private static final LayerShape ONE = new LayerShape("one", 1, 8, 16, 6, 2);
  private static final LayerShape TINY = new LayerShape("tiny", 40, 8, 16, 4, 2);

  @Test
  void measure_quantized_rowPerFormat() {
    List<String> progress = new ArrayList<>();
    QuantizedPart part = new QuantizedPart(
        List.of(new QuantizedPart.Case(TINY, false), new QuantizedPart.Case(ONE, true)),
        new Timing(2, 0, 0, 0));
    int kinds = 1 + WeightFormat.values().length;
    assertEquals(2 * 3 * kinds, part.steps());
    ScalingPart.Result result = part.measure(progress::add);
    assertEquals(List.of("quantized, tiny", "quantized, one"), progress);
    JsonNode rows = new ObjectMapper().valueToTree(result.figures());
    assertEquals(2 * kinds, rows.size());
    assertEquals("UNPACKED", rows.get(kinds).get("weights").asText());
    assertEquals(6 * 3 * 8 * 16 * 4, rows.get(kinds).get("bytes").asInt());
    for (WeightFormat format : WeightFormat.values()) {
      JsonNode row = rows.get(kinds + 1 + format.ordinal());
      assertEquals(format.name(), row.get("weights").asText());
      // Where the kernels run, 8 and 16 outputs fill up panels of up to 32.
      assertTrue(row.get("bytes").asInt() >= 6 * 3 * 8 * 16 / 2, format.name());
    }
    assertEquals(1, rows.get(1).get("packedSpeed").get("median").asDouble());
    assertEquals(1, rows.get(0).get("speed").get("median").asDouble());
    assertTrue(rows.get(5).get("millis").asDouble() > 0);
  }

  @Test
  void run_tokensInTurn_allExpertsOneAfterAnother() {
    List<String> choices = new ArrayList<>();
    MoeLayer layer = MoeLayer.builder(TokensInTurn.router(ONE), ShapedLayer.experts(ONE))
        .listener(pass -> choices.add(load(pass)))
        .build();
    try (TokensInTurn passes = new TokensInTurn(layer, ONE)) {
      for (int i = 0; i < 4; i++) {
        passes.run();
      }
    }
    ShapedLayer.close(layer);
    assertArrayEquals(
        new String[] {
          "[1, 1, 0, 0, 0, 0]", "[0, 0, 1, 1, 0, 0]", "[0, 0, 0, 0, 1, 1]", "[1, 1, 0, 0, 0, 0]"
        },
        choices.toArray());
  }

  private static String load(MoePass pass) {
    int[] start = pass.plan().expertStart();
    int[] load = new int[start.length - 1];
    Arrays.setAll(load, e -> start[e + 1] - start[e]);
    return Arrays.toString(load);
  }

  @Test
  void table_quantized_timesAsFast() {
    QuantizedPart.Row row = new QuantizedPart.Row(
        ONE,
        true,
        "INT8",
        12_345_678,
        0.25,
        new MedianInterval(1.5, 2, 2.25),
        new MedianInterval(1.25, 1.5, 1.75));
    List<String> lines = QuantizedPart.table(List.of(row)).lines().toList();
    assertEquals("### Quantized", lines.get(0));
    assertEquals(
        "| one | 1, 8, 16, 6, 2 | in turn | int8 | 12 | 0.250 | 2.00 [1.50, 2.25] | 1.50 [1.25, 1.75] |",
        lines.get(8));
  }
}
