package io.github.moe4j.models.layout;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;

/**
 * Cohere2-MoE, Command A+: softmax over the chosen logits, or their sigmoids; SwiGLU experts; shared experts that are
 * added to the routed sum or averaged with it ({@code Cohere2MoeSparseMoeBlock} in Hugging Face). The model adds the
 * block beside its attention, to the same residual.
 */
final class Cohere2MoeLayout implements Layout {
  @Override
  public String name() {
    return "cohere2_moe";
  }

  @Override
  public String architecture() {
    return "Cohere2Moe";
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
    share(config);
  }

  private static TopK rule(ModelConfig config) {
    int k = sizes(config).choices(config, "num_experts_per_tok", 2);
    return switch (config.text("expert_selection_fn", "softmax")) {
      case "softmax" -> TopK.softmaxAfter(k);
      case "sigmoid" ->
        new TopK(
            k,
            ScoreFunction.SIGMOID,
            config.flag("norm_topk_prob", true)
                ? TopKNormalization.sum()
                : TopKNormalization.none(),
            1);
      default -> throw config.unsupported("expert_selection_fn", "softmax, sigmoid");
    };
  }

  /** What the routed sum and the shared output are multiplied by. */
  private static double share(ModelConfig config) {
    return switch (config.text("shared_expert_combination_strategy", "average")) {
      case "sum" -> 1;
      case "average" -> 0.5;
      default -> throw config.unsupported("shared_expert_combination_strategy", "sum, average");
    };
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_experts", "num_local_experts", "intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    int dense = config.count("first_k_dense_replace", 0);
    return Blocks.byTypes(config, layer -> layer >= dense);
  }

  /** Shared experts of width H are one of width n·H. */
  private static int shared(ModelConfig config) {
    return config.count("num_shared_experts", 0) * sizes(config).hidden();
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return MlpForms.of(
        block,
        sizes,
        mlp -> GluParts.sharedIfAny(mlp + ".shared_experts", sizes.width(), shared(config)));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    Activation activation = config.activation("hidden_act", "silu");
    GatedRouter router = GatedRouter.of(arrays.gate(), rule(config));
    if (shared(config) == 0) {
      return MoeLayer.builder(router, arrays.glu(activation));
    }
    double share = share(config);
    return MoeLayer.builder(router, ScaledOutput.of(arrays.glu(activation), share))
        .sharedExpert(
            DenseFeedForward.of(ScaledOutput.of(arrays.sharedNetwork(activation), share)));
  }
}
