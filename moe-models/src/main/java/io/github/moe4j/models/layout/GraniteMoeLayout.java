package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * Granite 3 and 4: softmax over the chosen logits, SwiGLU experts in two tensors of all, every layer sparse, in newer
 * models with a shared expert ({@code GraniteMoeMoE}, and {@code GraniteMoeSharedDecoderLayer} and {@code
 * GraniteMoeHybridDecoderLayer}, which add the shared one, in Hugging Face). The model multiplies what the layer
 * returns by {@code residual_multiplier} before it adds it; that is not part of the layer.
 *
 * @param name of the family, and of the type that its configs have
 * @param architecture what its classes begin with
 * @param shared width of the shared expert if the config does not say; 0 for none
 */
record GraniteMoeLayout(String name, String architecture, int shared) implements Layout {
  /** Granite 3. */
  static GraniteMoeLayout moe() {
    return new GraniteMoeLayout("granitemoe", "GraniteMoe", 0);
  }

  /** With a shared expert. */
  static GraniteMoeLayout withShared() {
    return new GraniteMoeLayout("granitemoeshared", "GraniteMoeShared", 0);
  }

  /** Granite 4, which has Mamba layers too; its models without experts have no block. */
  static GraniteMoeLayout hybrid() {
    return new GraniteMoeLayout("granitemoehybrid", "GraniteMoeHybrid", 1024);
  }

  @Override
  public void check(ModelConfig config) {
    if (!blocks(config).isEmpty()) {
      rule(config);
    }
  }

  private static TopK rule(ModelConfig config) {
    return TopK.softmaxAfter(sizes(config).choices(config, "num_experts_per_tok", 2));
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_local_experts", "num_experts", "intermediate_size");
  }

  private int shared(ModelConfig config) {
    return config.count("shared_intermediate_size", shared);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(
        config.size("num_hidden_layers"), layer -> config.count("num_local_experts", 8) > 0);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config);
    return Roots.forms(Roots.MODEL, root -> {
      String layer = root + "layers." + block.layer();
      String moe = layer + ".block_sparse_moe";
      List<LayoutPart> rest = shared(config) == 0
          ? List.of()
          : List.of(
              FusedPair.shared(
                  layer + ".shared_mlp.input_linear.weight", sizes.width(), shared(config)),
              WholeTensor.stackOfOne(
                  layer + ".shared_mlp.output_linear.weight",
                  "shared.network.down.weight",
                  sizes.width(),
                  shared(config)));
      return List.of(
          parts(moe + ".router.layer.weight", GluParts.linear(moe, sizes), sizes, rest),
          parts(moe + ".router.weight", GluParts.fused(moe, sizes), sizes, rest),
          parts(
              moe + ".router.layer.weight",
              GluParts.stacked(moe + ".switch_mlp", sizes),
              sizes,
              rest));
    });
  }

  private static List<LayoutPart> parts(
      String router, List<LayoutPart> experts, BlockSizes sizes, List<LayoutPart> rest) {
    return GluParts.join(GluParts.join(List.of(GluParts.router(router, sizes)), experts), rest);
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    Activation activation = config.activation("hidden_act", "silu");
    MoeLayer.Builder layer =
        MoeLayer.builder(GatedRouter.of(arrays.gate(), rule(config)), arrays.glu(activation));
    return shared(config) == 0 ? layer : layer.sharedExpert(arrays.shared(activation));
  }
}
