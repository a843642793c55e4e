package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * Jamba: softmax probabilities as they are, SwiGLU experts ({@code JambaSparseMoeBlock} in Hugging Face).
 */
final class JambaLayout implements Layout {
  private static final BlockNames NAMES = BlockNames.projections("feed_forward", "router.weight");

  @Override
  public String name() {
    return "jamba";
  }

  @Override
  public String architecture() {
    return "Jamba";
  }

  @Override
  public void check(ModelConfig config) {
    int period = config.size("expert_layer_period", 2);
    if (config.count("expert_layer_offset", 1) >= period) {
      throw new LayoutException(
          "config expert_layer_offset must be below expert_layer_period, which is %d, but is %d",
          period, config.count("expert_layer_offset", 1));
    }
    if (isSparse(config)) {
      rule(config);
    }
  }

  private static boolean isSparse(ModelConfig config) {
    return sizes(config).experts() > 1;
  }

  private static TopK rule(ModelConfig config) {
    return TopK.unnormalized(sizes(config).choices(config, "num_experts_per_tok", 2));
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_experts", "num_local_experts", "intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    int period = config.size("expert_layer_period", 2);
    int offset = config.count("expert_layer_offset", 1);
    return Blocks.decoder(
        config.size("num_hidden_layers"), layer -> isSparse(config) && layer % period == offset);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    return MlpForms.of(Roots.MODEL, block, NAMES, sizes(config), module -> List.of());
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(arrays.gate(), rule(config)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
