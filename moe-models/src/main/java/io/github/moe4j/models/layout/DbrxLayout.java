package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;

/**
 * DBRX: softmax probabilities over their p-norm, SwiGLU experts whose tensors have experts and hidden width in one axis,
 * every layer sparse ({@code DbrxFFN} in Hugging Face). The third is multiplied from the right.
 */
final class DbrxLayout implements Layout {
  @Override
  public String name() {
    return "dbrx";
  }

  @Override
  public String architecture() {
    return "Dbrx";
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
    activation(config);
  }

  private static ModelConfig ffn(ModelConfig config) {
    return config.inner("ffn_config");
  }

  /** A null norm is none; an absent one is 1. */
  private static TopK rule(ModelConfig config) {
    ModelConfig ffn = ffn(config);
    int k = sizes(config).choices(ffn, "moe_top_k", 1);
    String norm = "moe_normalize_expert_weights";
    if (ffn.has(norm) && !ffn.isSet(norm)) {
      return TopK.unnormalized(k);
    }
    double p = ffn.number(norm, 1);
    if (p < 1) {
      throw ffn.unsupported(norm, "null, or at least 1");
    }
    return new TopK(k, ScoreFunction.SOFTMAX, TopKNormalization.norm(p), 1);
  }

  private static Activation activation(ModelConfig config) {
    return ffn(config).nullAsAbsent("ffn_act_fn").inner("ffn_act_fn").activation("name", "silu");
  }

  private static BlockSizes sizes(ModelConfig config) {
    ModelConfig ffn = ffn(config);
    return new BlockSizes(
        ffn.size("moe_num_experts", 4), config.size("d_model"), ffn.size("ffn_hidden_size", 3584));
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.sizeOf("n_layers", "num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return Roots.forms(List.of("transformer.", ""), root -> {
      String ffn = root + "blocks." + block.layer() + ".ffn";
      return List.of(List.of(
          GluParts.router(ffn + ".router.layer.weight", sizes),
          projection(ffn + ".experts.mlp.w1", "experts.gate.weight", sizes),
          projection(ffn + ".experts.mlp.v1", "experts.up.weight", sizes),
          new StackedTensor(
              place(ffn + ".experts.mlp.w2", sizes),
              Side.RIGHT,
              Place.of("experts.down.weight", sizes.experts(), sizes.width(), sizes.hidden()))));
    });
  }

  private static LayoutPart projection(String tensor, String parameter, BlockSizes sizes) {
    return new WholeTensor(
        place(tensor, sizes), Place.of(parameter, sizes.experts(), sizes.hidden(), sizes.width()));
  }

  private static Place place(String tensor, BlockSizes sizes) {
    return Place.of(tensor, (long) sizes.experts() * sizes.hidden(), sizes.width());
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    double jitter = ffn(config).nullAsAbsent("moe_jitter_eps").rate("moe_jitter_eps", 0);
    return MoeLayer.builder(
        GatedRouter.of(Jitter.before(arrays.gate(), jitter), rule(config)),
        arrays.glu(activation(config)));
  }
}
