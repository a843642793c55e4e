package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * OLMoE and FlexOlmo: softmax, renormalized if {@code norm_topk_prob}, SwiGLU experts, every layer sparse ({@code
 * OlmoeSparseMoeBlock} and {@code FlexOlmoSparseMoeBlock} in Hugging Face). FlexOlmo normalizes what the block returns;
 * that is not part of the layer.
 *
 * @param name of the family, and of the type that its configs have
 * @param architecture what its classes begin with
 * @param choices experts of a token if the config does not say
 */
record OlmoeLayout(String name, String architecture, int choices) implements Layout {
  /** OLMoE. */
  static OlmoeLayout olmoe() {
    return new OlmoeLayout("olmoe", "Olmoe", 8);
  }

  /** FlexOlmo. */
  static OlmoeLayout flexOlmo() {
    return new OlmoeLayout("flex_olmo", "FlexOlmo", 5);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    return MlpForms.of(block, sizes(config), mlp -> List.of());
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_experts", "num_local_experts", "intermediate_size");
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
  }

  private TopK rule(ModelConfig config) {
    return SoftmaxTopK.of(config, choices, false, sizes(config));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(arrays.gate(), rule(config)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
