package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.models.layout.FusedPair.Order;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.Set;

/**
 * gpt-oss: softmax over the chosen logits, experts with biases and a clamped SwiGLU ({@code
 * GptOssMLP} in Hugging Face). Gate and up lie in turn along the last axis of [E,D,2H].
 *
 * <p>The published files hold the experts as MXFP4 blocks, which are rejected; so this reads what
 * was saved after dequantizing.
 */
final class GptOssLayout implements Layout {
  @Override
  public String name() {
    return "gpt_oss";
  }

  @Override
  public String architecture() {
    return "GptOss";
  }

  @Override
  public void check(ModelConfig config, Set<String> names) {
    names.stream().filter(name -> name.endsWith("_proj_blocks")).findFirst().ifPresent(name -> {
      throw new LayoutException(
          "%s holds MXFP4 blocks, which are not read: save the checkpoint dequantized first", name);
    });
    Layout.super.check(config, names);
    config.requireText("hidden_act", "silu");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes =
        BlockSizes.of(config, "num_local_experts", "num_experts", "intermediate_size");
    return Roots.forms(Roots.MODEL, root -> {
      String mlp = root + "layers." + block.layer() + ".mlp";
      List<LayoutPart> biased = List.of(
          GluParts.router(mlp + ".router.weight", sizes),
          WholeTensor.of(mlp + ".router.bias", "router.bias", sizes.experts()),
          FusedPair.biases(mlp + ".experts.gate_up_proj_bias", sizes, Order.IN_TURN),
          WholeTensor.of(
              mlp + ".experts.down_proj_bias",
              "experts.down.bias",
              sizes.experts(),
              sizes.width()));
      return List.of(GluParts.join(biased, GluParts.fused(mlp, Order.IN_TURN, Side.RIGHT, sizes)));
    });
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ClampedSwiGlu published = ClampedSwiGlu.gptOss();
    ClampedSwiGlu swiGlu = new ClampedSwiGlu(
        config.number("swiglu_alpha", published.alpha()),
        config.number("swiglu_limit", published.limit()));
    return MoeLayer.builder(
        GatedRouter.of(arrays.gate(), TopK.softmaxAfter(config.size("num_experts_per_tok", 4))),
        GluExperts.of(
            swiGlu,
            arrays.get("experts.gate.weight"),
            arrays.get("experts.gate.bias"),
            arrays.get("experts.up.weight"),
            arrays.get("experts.up.bias"),
            arrays.get("experts.down.weight"),
            arrays.get("experts.down.bias")));
  }
}
