package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.NormalizedInput;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.routing.ExpertScale;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.NormalizedGate;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.Set;

/**
 * Gemma 4's models with experts: softmax over the chosen logits, times a factor of each expert; router and experts
 * normalize the same tokens with weights of their own ({@code Gemma4TextRouter} and {@code Gemma4TextExperts} in
 * Hugging Face). The tokens are those of the residual before the dense block beside it. The dense block, and the
 * normalizations of what both return, are not part of the layer.
 */
final class Gemma4Layout implements Layout {
  @Override
  public String name() {
    return "gemma4";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("gemma4", "gemma4_text");
  }

  @Override
  public String architecture() {
    return "Gemma4";
  }

  @Override
  public void check(ModelConfig config) {
    if (isSparse(config.text())) {
      rule(config.text());
    }
  }

  private static boolean isSparse(ModelConfig text) {
    return text.flag("enable_moe_block", false);
  }

  private static TopK rule(ModelConfig text) {
    return TopK.of(sizes(text).choices(text, "top_k_experts", 0));
  }

  private static BlockSizes sizes(ModelConfig text) {
    return BlockSizes.of(text, "num_experts", "num_local_experts", "moe_intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    ModelConfig text = config.text();
    return Blocks.decoder(text.size("num_hidden_layers"), layer -> isSparse(text));
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(config.text());
    int d = sizes.width();
    return Roots.forms(config.isSet("text_config") ? Roots.LANGUAGE : Roots.MODEL, root -> {
      String layer = root + "layers." + block.layer();
      List<LayoutPart> router = List.of(
          GluParts.router(layer + ".router.proj.weight", sizes),
          WholeTensor.of(layer + ".router.scale", "router.norm.weight", d),
          WholeTensor.of(layer + ".router.per_expert_scale", "router.rule.scale", sizes.experts()),
          WholeTensor.of(layer + ".pre_feedforward_layernorm_2.weight", "experts.norm.weight", d));
      return List.of(
          GluParts.join(router, GluParts.fused(layer, sizes)),
          GluParts.join(router, GluParts.stacked(layer + ".experts.switch_glu", sizes)));
    });
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ModelConfig text = config.text();
    double epsilon = text.number("rms_norm_eps", 1e-6);
    RmsNorm routerNorm = RmsNorm.of(arrays.get("router.norm.weight"), epsilon);
    RmsNorm expertNorm = RmsNorm.of(arrays.get("experts.norm.weight"), epsilon);
    return MoeLayer.builder(
        GatedRouter.of(
            NormalizedGate.gemma4(routerNorm, arrays.gate()),
            ExpertScale.of(rule(text), arrays.get("router.rule.scale"))),
        NormalizedInput.of(
            expertNorm, arrays.glu(text.activation("hidden_activation", "gelu_pytorch_tanh"))));
  }
}
