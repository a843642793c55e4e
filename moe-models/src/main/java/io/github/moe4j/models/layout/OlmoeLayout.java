package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.GatedRouter;
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
    BlockSizes sizes =
        BlockSizes.of(config, "num_experts", "num_local_experts", "intermediate_size");
    return MlpForms.of(block, sizes, mlp -> List.of());
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(arrays.gate(), SoftmaxTopK.of(config, 8)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
