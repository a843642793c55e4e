package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.SparseMixer;
import java.util.ArrayList;
import java.util.List;

/**
 * PhiMoE: two experts by SparseMixer, SwiGLU experts, every layer sparse ({@code PhimoeSparseMoeBlock} in Hugging
 * Face).
 */
final class PhiMoeLayout implements Layout {
  @Override
  public String name() {
    return "phimoe";
  }

  @Override
  public String architecture() {
    return "Phi(moe|MoE)";
  }

  @Override
  public void check(ModelConfig config) {
    if (sizes(config).choices(config, "num_experts_per_tok", 2) != 2) {
      throw config.unsupported("num_experts_per_tok", "2");
    }
    rule(config);
  }

  private static SparseMixer rule(ModelConfig config) {
    return SparseMixer.of(config.rate("router_jitter_noise", 0.01));
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
    BlockNames newer = BlockNames.projections("mlp", "router.weight");
    List<List<LayoutPart>> forms = new ArrayList<>(MlpForms.of(
        Roots.MODEL, block, BlockNames.mixtral("block_sparse_moe"), sizes, module -> List.of()));
    forms.addAll(MlpForms.of(Roots.MODEL, block, newer, sizes, module -> List.of()));
    return List.copyOf(forms);
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(
            Jitter.before(arrays.gate(), config.rate("input_jitter_noise", 0)), rule(config)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
