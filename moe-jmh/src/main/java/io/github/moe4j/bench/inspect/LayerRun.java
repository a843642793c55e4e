package io.github.moe4j.bench.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Blocks one after another that differ in their index alone.
 *
 * @param blocks at least one
 */
record LayerRun(List<BlockFacts> blocks) {
  /** All blocks in such runs. */
  static List<LayerRun> of(List<BlockFacts> blocks) {
    List<List<BlockFacts>> runs = new ArrayList<>();
    for (BlockFacts block : blocks) {
      if (runs.isEmpty() || !runs.get(runs.size() - 1).get(0).kind().equals(block.kind())) {
        runs.add(new ArrayList<>());
      }
      runs.get(runs.size() - 1).add(block);
    }
    return runs.stream().map(LayerRun::new).toList();
  }

  /** The first, for what they have in common. */
  BlockFacts first() {
    return blocks.get(0);
  }

  /**
   * Such as {@code layer 3}, {@code layers 3-60}, {@code layers 1, 3, …, 11}.
   *
   * @param named whether the stack is named, of models with two
   */
  String label(boolean named) {
    List<Integer> layers = blocks.stream().map(BlockFacts::layer).toList();
    int last = layers.get(layers.size() - 1);
    String text;
    if (layers.size() == 1) {
      text = "layer " + last;
    } else if (last - layers.get(0) == layers.size() - 1) {
      text = "layers " + layers.get(0) + "-" + last;
    } else if (layers.size() > 3 && isEven(layers)) {
      text = "layers " + layers.get(0) + ", " + layers.get(1) + ", …, " + last;
    } else {
      text = "layers " + layers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
    return named ? first().stack() + " " + text : text;
  }

  private static boolean isEven(List<Integer> layers) {
    int step = layers.get(1) - layers.get(0);
    for (int i = 2; i < layers.size(); i++) {
      if (layers.get(i) - layers.get(i - 1) != step) {
        return false;
      }
    }
    return true;
  }
}
