package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * Qwen2-MoE and Qwen1.5-MoE: softmax, renormalized if {@code norm_topk_prob}, SwiGLU experts, and a
 * shared expert behind a sigmoid gate ({@code Qwen2MoeSparseMoeBlock} in Hugging Face).
 */
final class Qwen2MoeLayout implements Layout {
  @Override
  public String name() {
    return "qwen2_moe";
  }

  @Override
  public String architecture() {
    return "Qwen2Moe";
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.qwen(config);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    int width = config.size("hidden_size");
    int shared = config.size("shared_expert_intermediate_size");
    BlockSizes sizes = sizes(config);
    return MlpForms.of(
        block,
        sizes,
        mlp -> GluParts.join(
            GluParts.shared(mlp + ".shared_expert", width, shared),
            List.of(WholeTensor.of(
                mlp + ".shared_expert_gate.weight", "shared.gate.weight", 1, width))));
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_experts", "num_local_experts", "moe_intermediate_size");
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
  }

  private static TopK rule(ModelConfig config) {
    return SoftmaxTopK.of(config, 4, sizes(config));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    Activation activation = config.activation("hidden_act", "silu");
    return MoeLayer.builder(GatedRouter.of(arrays.gate(), rule(config)), arrays.glu(activation))
        .sharedExpert(arrays.shared(activation));
  }
}
