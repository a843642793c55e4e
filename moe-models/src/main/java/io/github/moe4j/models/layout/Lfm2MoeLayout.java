package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;

/**
 * LFM2-MoE: sigmoid scores, chosen with a bias if {@code use_expert_bias}, divided by their sum plus 1e-6 if {@code
 * norm_topk_prob}, times a factor; SwiGLU experts ({@code Lfm2MoeSparseMoeBlock} in Hugging Face).
 */
final class Lfm2MoeLayout implements Layout {
  @Override
  public String name() {
    return "lfm2_moe";
  }

  @Override
  public String architecture() {
    return "Lfm2Moe";
  }

  @Override
  public void check(ModelConfig config) {
    hasBias(config);
    topK(config);
  }

  private static boolean hasBias(ModelConfig config) {
    return config.flag("use_expert_bias", true);
  }

  private static TopK topK(ModelConfig config) {
    return new TopK(
        sizes(config).choices(config, "num_experts_per_tok", 4),
        ScoreFunction.SIGMOID,
        config.flag("norm_topk_prob", true)
            ? TopKNormalization.sum(1e-6)
            : TopKNormalization.none(),
        config.number("routed_scaling_factor", 1));
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_experts", "num_local_experts", "moe_intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    int dense = config.count("num_dense_layers", 2);
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> layer >= dense);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return MlpForms.of(
        Roots.MODEL,
        block,
        BlockNames.mixtral("feed_forward"),
        sizes,
        module -> hasBias(config)
            ? List.of(SelectionBias.of(module + ".expert_bias", sizes))
            : List.of());
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    RoutingRule rule = hasBias(config)
        ? new DeepSeekV3(topK(config), SelectionBias.in(arrays), ExpertGroups.none())
        : topK(config);
    return MoeLayer.builder(GatedRouter.of(arrays.gate(), rule), arrays.glu(Activation.SILU));
  }
}
