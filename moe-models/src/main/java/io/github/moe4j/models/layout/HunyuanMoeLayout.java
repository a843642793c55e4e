package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * Hunyuan-A13B and other models of the first version: softmax over the chosen logits, SwiGLU experts, a shared expert,
 * every layer sparse ({@code HunYuanMoEV1Moe} in Hugging Face).
 */
final class HunyuanMoeLayout implements Layout {
  private static final BlockNames NAMES = BlockNames.projections("mlp", "gate.wg.weight");

  @Override
  public String name() {
    return "hunyuan_v1_moe";
  }

  @Override
  public String architecture() {
    return "HunYuanMoEV1";
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
  }

  /** Lists with a number for each layer are published, of equal numbers. */
  private static TopK rule(ModelConfig config) {
    String field = config.isSet("moe_topk") || !config.isSet("num_experts_per_tok")
        ? "moe_topk"
        : "num_experts_per_tok";
    return TopK.of(config
        .withOneFor(field)
        .choices(field, 1, sizes(config).experts(), "the number of experts"));
  }

  private static BlockSizes sizes(ModelConfig config) {
    ModelConfig one = config.withOneFor("num_experts").withOneFor("moe_intermediate_size");
    String hidden =
        config.isSet("moe_intermediate_size") ? "moe_intermediate_size" : "intermediate_size";
    return BlockSizes.of(one, "num_experts", "num_local_experts", hidden);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    int shared =
        sizes.hidden() * config.withOneFor("num_shared_expert").size("num_shared_expert", 1);
    return MlpForms.of(
        Roots.MODEL,
        block,
        NAMES,
        sizes,
        mlp -> GluParts.shared(mlp + ".shared_mlp", sizes.width(), shared));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    Activation activation = config.activation("hidden_act", "silu");
    return MoeLayer.builder(GatedRouter.of(arrays.gate(), rule(config)), arrays.glu(activation))
        .sharedExpert(arrays.shared(activation));
  }
}
