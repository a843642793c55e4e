package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.models.layout.FusedPair.Order;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * Granite 3: softmax over the chosen logits, SwiGLU experts in two tensors of all, every layer sparse ({@code
 * GraniteMoeMoE} in Hugging Face). The model multiplies what the block returns by {@code residual_multiplier}
 * before it adds it; that is not part of the layer.
 */
final class GraniteMoeLayout implements Layout {
  @Override
  public String name() {
    return "granitemoe";
  }

  @Override
  public String architecture() {
    return "GraniteMoe";
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
  }

  private static TopK rule(ModelConfig config) {
    return TopK.softmaxAfter(sizes(config).choices(config, "num_experts_per_tok", 2));
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_local_experts", "num_experts", "intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return Roots.forms(Roots.MODEL, root -> {
      String moe = root + "layers." + block.layer() + ".block_sparse_moe";
      return List.of(List.of(
          GluParts.router(moe + ".router.layer.weight", sizes),
          FusedPair.weights(moe + ".input_linear.weight", sizes, Order.HALVES, Side.LEFT),
          StackedTensor.of(
              moe + ".output_linear.weight",
              "experts.down.weight",
              Side.LEFT,
              sizes.experts(),
              sizes.width(),
              sizes.hidden())));
    });
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(arrays.gate(), rule(config)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
