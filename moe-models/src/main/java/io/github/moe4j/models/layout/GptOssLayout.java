package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.models.layout.FusedPair.Order;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * gpt-oss: softmax over the chosen logits, experts with biases and a clamped SwiGLU ({@code
 * GptOssMLP} in Hugging Face). Gate and up alternate along the last axis of [E,D,2H].
 *
 * <p>The experts are published as MXFP4 blocks [E,out,in/32,16], under Hugging Face's names and under OpenAI's ({@code
 * block.N.mlp}, whose config has no {@code model_type}); dequantized, they are transposed.
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
  public boolean recognizes(Set<String> names) {
    return names.stream()
        .anyMatch(name -> name.matches("block\\.\\d+\\.mlp\\.mlp1_weight(\\.blocks)?"));
  }

  @Override
  public void check(ModelConfig config) {
    config.requireText("hidden_act", "silu");
    rule(config);
  }

  private static TopK rule(ModelConfig config) {
    String field = config.isSet("num_experts_per_tok") || !config.isSet("experts_per_token")
        ? "num_experts_per_tok"
        : "experts_per_token";
    return TopK.softmaxAfter(sizes(config).choices(config, field, 4));
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
    List<List<LayoutPart>> forms = new ArrayList<>(Roots.forms(Roots.MODEL, root -> {
      String mlp = root + "layers." + block.layer() + ".mlp.";
      return List.of(
          parts(Names.of(mlp, ""), Side.RIGHT, sizes),
          parts(Names.of(mlp, "_blocks"), Side.LEFT, sizes),
          apart(mlp, GluParts.perExpertWithBiases(mlp + "experts.{}", sizes), sizes),
          apart(mlp, GluParts.stackedWithBiases(mlp + "experts", sizes), sizes),
          unsloth(mlp, sizes));
    }));
    String mlp = "block." + block.layer() + ".mlp.";
    forms.add(parts(Names.openAi(mlp, ".blocks"), Side.LEFT, sizes));
    forms.add(parts(Names.openAi(mlp, ""), Side.LEFT, sizes));
    return List.copyOf(forms);
  }

  /** The tensors of a block. */
  private record Names(
      String router, String gateUp, String gateUpBias, String down, String downBias) {
    static Names of(String mlp, String blocks) {
      String experts = mlp + "experts.";
      return new Names(
          mlp + "router",
          experts + "gate_up_proj" + blocks,
          experts + "gate_up_proj_bias",
          experts + "down_proj" + blocks,
          experts + "down_proj_bias");
    }

    static Names openAi(String mlp, String blocks) {
      return new Names(
          mlp + "gate",
          mlp + "mlp1_weight" + blocks,
          mlp + "mlp1_bias",
          mlp + "mlp2_weight" + blocks,
          mlp + "mlp2_bias");
    }
  }

  /** As Unsloth keeps the modules that it quantizes to four bits, after they were dequantized. */
  private static List<LayoutPart> unsloth(String mlp, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    int d = sizes.width();
    String pair = mlp + "experts.gate_up_projs.{}.";
    String down = mlp + "experts.down_projs.{}.";
    return List.of(
        GluParts.router(mlp + "router.linear.weight", sizes),
        WholeTensor.of(mlp + "router.linear.bias", "router.bias", e),
        FusedPairPerExpert.of(pair + "weight", "weight", e, 2L * h, d),
        FusedPairPerExpert.of(pair + "bias", "bias", e, 2L * h),
        TensorPerExpert.of(down + "weight", "experts.down.weight", e, d, h),
        TensorPerExpert.of(down + "bias", "experts.down.bias", e, d));
  }

  /** With gate and up apart, as other tools keep them. */
  private static List<LayoutPart> apart(String mlp, List<LayoutPart> experts, BlockSizes sizes) {
    return GluParts.join(
        List.of(
            GluParts.router(mlp + "router.weight", sizes),
            WholeTensor.of(mlp + "router.bias", "router.bias", sizes.experts())),
        experts);
  }

  private static List<LayoutPart> parts(Names names, Side side, BlockSizes sizes) {
    int e = sizes.experts();
    int d = sizes.width();
    return List.of(
        GluParts.router(names.router() + ".weight", sizes),
        WholeTensor.of(names.router() + ".bias", "router.bias", e),
        FusedPair.biases(names.gateUpBias(), sizes, Order.IN_TURN),
        WholeTensor.of(names.downBias(), "experts.down.bias", e, d),
        FusedPair.weights(names.gateUp(), sizes, Order.IN_TURN, side),
        StackedTensor.of(names.down(), "experts.down.weight", side, e, d, sizes.hidden()));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ClampedSwiGlu published = ClampedSwiGlu.gptOss();
    ClampedSwiGlu swiGlu = new ClampedSwiGlu(
        config.number("swiglu_alpha", published.alpha()),
        config.number("swiglu_limit", published.limit()));
    return MoeLayer.builder(GatedRouter.of(arrays.gate(), rule(config)), arrays.glu(swiGlu));
  }
}
