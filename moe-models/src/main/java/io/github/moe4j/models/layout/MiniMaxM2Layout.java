package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;
import java.util.Set;

/**
 * MiniMax-M2: sigmoid scores, chosen with a bias, divided by their sum; SwiGLU experts, every layer sparse ({@code
 * MiniMaxM2SparseMoeBlock} in Hugging Face).
 */
final class MiniMaxM2Layout implements Layout {
  @Override
  public String name() {
    return "minimax_m2";
  }

  /** The first config of M2 has the type of M1, and a class of its own. */
  @Override
  public Set<String> modelTypes() {
    return Set.of("minimax_m2", "minimax");
  }

  @Override
  public String architecture() {
    return "MiniMaxM2";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireText("scoring_func", "sigmoid");
    config.requireOn("use_routing_bias");
    if (config.count("shared_intermediate_size", 0) > 0) {
      throw config.unsupported("shared_intermediate_size", "0");
    }
    topK(config);
  }

  private static TopK topK(ModelConfig config) {
    int k = sizes(config).choices(config, "num_experts_per_tok", 8);
    return new TopK(k, ScoreFunction.SIGMOID, TopKNormalization.sum(), 1);
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
    return MlpForms.mixtral(
        Roots.MODEL,
        block,
        sizes,
        module -> List.of(SelectionBias.of(module + ".e_score_correction_bias", sizes)));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    DeepSeekV3 rule = new DeepSeekV3(topK(config), SelectionBias.in(arrays), ExpertGroups.none());
    return MoeLayer.builder(
        GatedRouter.of(Jitter.before(arrays.gate(), config.rate("router_jitter_noise", 0)), rule),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
