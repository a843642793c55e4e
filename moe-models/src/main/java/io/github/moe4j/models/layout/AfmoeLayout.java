package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;

/**
 * AFMoE, Arcee's Trinity: sigmoid scores, chosen with a bias, divided by their sum and times {@code route_scale};
 * SwiGLU experts and shared ones ({@code AfmoeSparseMoeBlock} in Hugging Face). The model normalizes what the block
 * returns; that is not part of the layer.
 */
final class AfmoeLayout implements Layout {
  private static final BlockNames NAMES = BlockNames.projections("mlp", "router.gate.weight");

  @Override
  public String name() {
    return "afmoe";
  }

  @Override
  public String architecture() {
    return "Afmoe";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireText("score_func", "sigmoid");
    config.requireOn("route_norm");
    ModelConfig groups = config.nullAsAbsent("n_group");
    if (groups.size("n_group", 1) != 1) {
      throw groups.unsupported("n_group", "1");
    }
    topK(config);
  }

  private static TopK topK(ModelConfig config) {
    return new TopK(
        sizes(config).choices(config, "num_experts_per_tok", 6),
        ScoreFunction.SIGMOID,
        TopKNormalization.sum(1e-20),
        config.number("route_scale", 1));
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_experts", "num_local_experts", "moe_intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    int dense = config.count("num_dense_layers", 1);
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> layer >= dense);
  }

  /** Shared experts of width H are one of width n·H. */
  private static int shared(ModelConfig config) {
    return config.count("num_shared_experts", 2) * sizes(config).hidden();
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return MlpForms.of(
        Roots.MODEL,
        block,
        NAMES,
        sizes,
        mlp -> GluParts.join(
            List.of(SelectionBias.of(mlp + ".expert_bias", sizes)),
            GluParts.sharedIfAny(mlp + ".shared_experts", sizes.width(), shared(config))));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    Activation activation = config.activation("hidden_act", "silu");
    DeepSeekV3 rule = new DeepSeekV3(topK(config), SelectionBias.in(arrays), ExpertGroups.none());
    MoeLayer.Builder layer =
        MoeLayer.builder(GatedRouter.of(arrays.gate(), rule), arrays.glu(activation));
    return shared(config) == 0 ? layer : layer.sharedExpert(arrays.shared(activation));
  }
}
