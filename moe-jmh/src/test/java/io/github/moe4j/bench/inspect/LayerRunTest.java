package io.github.moe4j.bench.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerRunTest {
  private static BlockFacts block(int layer, String form) {
    return new BlockFacts(
        "decoder",
        layer,
        4,
        4,
        2,
        8,
        8,
        0,
        "router",
        "dropless",
        form,
        "tensor " + layer,
        10,
        5,
        40,
        Map.of("F32", 40L),
        "F32",
        List.of());
  }

  private static String label(int... layers) {
    List<LayerRun> runs =
        LayerRun.of(Arrays.stream(layers).mapToObj(layer -> block(layer, "")).toList());
    assertEquals(1, runs.size());
    return runs.get(0).label(false);
  }

  @Test
  void label_ofEqualBlocks_listsTheirLayers() {
    assertEquals("layer 3", label(3));
    assertEquals(
        "layers 3-60", label(java.util.stream.IntStream.rangeClosed(3, 60).toArray()));
    assertEquals("layers 1, 3, …, 11", label(1, 3, 5, 7, 9, 11));
    assertEquals("layers 1, 2, 4, 8", label(1, 2, 4, 8));
    assertEquals("layers 1, 3", label(1, 3));
  }

  @Test
  void of_blocksThatDiffer_areApart() {
    List<LayerRun> runs =
        LayerRun.of(List.of(block(0, "a"), block(1, "a"), block(2, "b"), block(3, "a")));
    assertEquals(
        List.of("decoder layers 0-1", "decoder layer 2", "decoder layer 3"),
        runs.stream().map(run -> run.label(true)).toList());
  }
}
