package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.RoutingRule;
import java.util.List;

/** What the layouts of DeepSeek-V2 and V3 share: sizes, names, which layers are sparse. */
final class DeepSeekParts {
  private DeepSeekParts() {}

  /** Every so many layers from the first sparse one on, as DeepSeek's own code counts. */
  static List<MoeBlock> blocks(ModelConfig config, int defaultDense) {
    int dense = config.count("first_k_dense_replace", defaultDense);
    int step = config.size("moe_layer_freq", 1);
    return Blocks.decoder(
        config.size("num_hidden_layers"), layer -> layer >= dense && layer % step == 0);
  }

  static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "n_routed_experts", "num_local_experts", "moe_intermediate_size");
  }

  /** Shared experts of width H are one of width n·H; none if n is null or 0. */
  static List<LayoutPart> shared(ModelConfig config, String mlp) {
    int shared = sharedExperts(config);
    BlockSizes sizes = sizes(config);
    return shared == 0
        ? List.of()
        : GluParts.shared(mlp + ".shared_experts", sizes.width(), shared * sizes.hidden());
  }

  static MoeLayer.Builder layer(ModelConfig config, LayerArrays arrays, RoutingRule rule) {
    Activation activation = config.activation("hidden_act", "silu");
    MoeLayer.Builder layer =
        MoeLayer.builder(GatedRouter.of(arrays.gate(), rule), arrays.glu(activation));
    return sharedExperts(config) == 0 ? layer : layer.sharedExpert(arrays.shared(activation));
  }

  private static int sharedExperts(ModelConfig config) {
    return config.count("n_shared_experts", 0);
  }
}
