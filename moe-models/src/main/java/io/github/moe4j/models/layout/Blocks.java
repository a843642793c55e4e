package io.github.moe4j.models.layout;

import io.github.moe4j.models.layout.MoeBlock.Stack;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Which layers of a stack are sparse. */
final class Blocks {
  /** Names are made for every block: a number in a small config must not take much memory. */
  static final int MOST_LAYERS = 10_000;

  private Blocks() {}

  static List<MoeBlock> of(Stack stack, int layers, IntPredicate sparse) {
    if (layers > MOST_LAYERS) {
      throw new LayoutException(
          "config must have at most %d layers but has %d", MOST_LAYERS, layers);
    }
    return IntStream.range(0, layers)
        .filter(sparse)
        .mapToObj(layer -> new MoeBlock(stack, layer))
        .toList();
  }

  static List<MoeBlock> decoder(int layers, IntPredicate sparse) {
    return of(Stack.DECODER, layers, sparse);
  }

  /** Those that {@code mlp_layer_types} calls sparse, or others if it is not set. */
  static List<MoeBlock> byTypes(ModelConfig config, IntPredicate otherwise) {
    int layers = config.size("num_hidden_layers");
    if (!config.isSet("mlp_layer_types")) {
      return decoder(layers, otherwise);
    }
    List<String> types = config.texts("mlp_layer_types");
    if (types.size() != layers) {
      throw new LayoutException(
          "config mlp_layer_types must have a text for each of %d layers but has %d",
          layers, types.size());
    }
    return decoder(layers, layer -> types.get(layer).equals("sparse"));
  }

  /** Qwen's rule: every so many layers, but for those listed as dense. */
  static List<MoeBlock> qwen(ModelConfig config) {
    int step = config.size("decoder_sparse_step", 1);
    List<Integer> dense = config.nullAsAbsent("mlp_only_layers").integers("mlp_only_layers");
    return decoder(
        config.size("num_hidden_layers"),
        layer -> (layer + 1) % step == 0 && !dense.contains(layer));
  }
}
