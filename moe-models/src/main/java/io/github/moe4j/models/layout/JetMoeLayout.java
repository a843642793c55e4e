package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.OutputBias;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * JetMoE: softmax over the chosen logits, SwiGLU experts in two tensors of all, and a bias that is added to every
 * token's sum; every layer sparse ({@code JetMoeMoE} in Hugging Face). The experts of its attention are not read.
 */
final class JetMoeLayout implements Layout {
  @Override
  public String name() {
    return "jetmoe";
  }

  @Override
  public String architecture() {
    return "JetMoe";
  }

  @Override
  public void check(ModelConfig config) {
    rule(config);
  }

  private static TopK rule(ModelConfig config) {
    return TopK.softmaxAfter(sizes(config).choices(config, "num_experts_per_tok", 2));
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
    return Roots.forms(Roots.MODEL, root -> {
      String mlp = root + "layers." + block.layer() + ".mlp";
      List<LayoutPart> rest = List.of(
          GluParts.router(mlp + ".router.layer.weight", sizes),
          WholeTensor.of(mlp + ".bias", "shared.bias", sizes.width()));
      return List.of(GluParts.join(rest, GluParts.linear(mlp, sizes)));
    });
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
            GatedRouter.of(arrays.gate(), rule(config)),
            arrays.glu(config.activation("activation_function", "silu")))
        .sharedExpert(OutputBias.of(arrays.get("shared.bias")));
  }
}
