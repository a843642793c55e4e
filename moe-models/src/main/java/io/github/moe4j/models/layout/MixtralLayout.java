package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * Mixtral: softmax over the chosen logits, SwiGLU experts, every layer sparse ({@code
 * MixtralSparseMoeBlock} in Hugging Face).
 *
 * <p>Published as w1 (gate), w3 (up) and w2 (down) of each expert under {@code block_sparse_moe};
 * newer code keeps two tensors of all experts under {@code mlp}.
 */
final class MixtralLayout implements Layout {
  @Override
  public String name() {
    return "mixtral";
  }

  @Override
  public String architecture() {
    return "Mixtral";
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return Roots.forms(Roots.MODEL, root -> {
      String layer = root + "layers." + block.layer();
      String published = layer + ".block_sparse_moe";
      String fused = layer + ".mlp";
      return List.of(
          GluParts.join(
              List.of(GluParts.router(published + ".gate.weight", sizes)),
              GluParts.perExpert(published + ".experts.{}", "w1", "w3", "w2", sizes)),
          GluParts.join(
              List.of(GluParts.router(fused + ".gate.weight", sizes)),
              GluParts.fused(fused, sizes)));
    });
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_local_experts", "num_experts", "intermediate_size");
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
  }

  private static TopK rule(ModelConfig config) {
    return TopK.of(sizes(config).choices(config, "num_experts_per_tok", 2));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(
            Jitter.before(arrays.gate(), config.rate("router_jitter_noise", 0)), rule(config)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
