package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * OLMoE: softmax, renormalized if {@code norm_topk_prob}, SwiGLU experts, every layer sparse ({@code
 * OlmoeSparseMoeBlock} in Hugging Face).
 */
final class OlmoeLayout implements Layout {
  @Override
  public String name() {
    return "olmoe";
  }

  @Override
  public String architecture() {
    return "Olmoe";
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return MlpForms.of(block, sizes, mlp -> List.of());
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_experts", "num_local_experts", "intermediate_size");
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
  }

  private static TopK rule(ModelConfig config) {
    return SoftmaxTopK.of(config, 8, sizes(config));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(arrays.gate(), rule(config)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
