package io.github.moe4j.models.layout;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.models.layout.FusedPair.Order;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * LongCat-Flash: softmax over networks and experts that return their token, chosen with a bias, weighed without it,
 * times a factor ({@code LongcatFlashMoE} in Hugging Face). Each layer of the model has one such block beside two dense
 * ones and two attentions; what it returns is added after the second dense one, which is not part of the layer.
 */
final class LongcatFlashLayout implements Layout {
  @Override
  public String name() {
    return "longcat_flash";
  }

  @Override
  public String architecture() {
    return "LongcatFlash";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireText("zero_expert_type", "identity");
    config.requireOff("router_bias");
    config.requireOff("norm_topk_prob");
    topK(config);
  }

  private static TopK topK(ModelConfig config) {
    String field = config.isSet("moe_topk") || !config.isSet("num_experts_per_tok")
        ? "moe_topk"
        : "num_experts_per_tok";
    return TopK.unnormalized(config.choices(
            field, 12, networks(config).experts() + copies(config), "the number of experts"))
        .withScale(config.number("routed_scaling_factor", 6));
  }

  private static BlockSizes networks(ModelConfig config) {
    String hidden =
        config.isSet("expert_ffn_hidden_size") ? "expert_ffn_hidden_size" : "moe_intermediate_size";
    return BlockSizes.of(config, "n_routed_experts", "num_local_experts", hidden);
  }

  private static int copies(ModelConfig config) {
    return config.nullAsAbsent("zero_expert_num").count("zero_expert_num", 0);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes networks = networks(config);
    BlockSizes all =
        new BlockSizes(networks.experts() + copies(config), networks.width(), networks.hidden());
    return Roots.forms(Roots.MODEL, root -> {
      String mlp = root + "layers." + block.layer() + ".mlp";
      List<LayoutPart> router = List.of(
          GluParts.router(mlp + ".router.classifier.weight", all),
          SelectionBias.of(mlp + ".router.e_score_correction_bias", all));
      return List.of(
          GluParts.join(router, perExpert(mlp + ".experts.{}", networks)),
          GluParts.join(router, fused(mlp + ".experts", Side.LEFT, networks)),
          GluParts.join(router, fused(mlp + ".experts", Side.RIGHT, networks)),
          GluParts.join(router, stacked(mlp + ".switch_mlp", networks)));
    });
  }

  private static List<LayoutPart> perExpert(String expert, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    int d = sizes.width();
    return List.of(
        TensorPerExpert.of(expert + ".gate_proj.weight", "experts.0.gate.weight", e, h, d),
        TensorPerExpert.of(expert + ".up_proj.weight", "experts.0.up.weight", e, h, d),
        TensorPerExpert.of(expert + ".down_proj.weight", "experts.0.down.weight", e, d, h));
  }

  /** Two tensors of all experts with weights; those without follow them in the router alone. */
  private static List<LayoutPart> fused(String experts, Side side, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    int d = sizes.width();
    return List.of(
        new FusedPair(
            side.place(experts + ".gate_up_proj", e, 2L * h, d),
            "experts.0.",
            Order.HALVES,
            side,
            "weight"),
        StackedTensor.of(experts + ".down_proj", "experts.0.down.weight", side, e, d, h));
  }

  private static List<LayoutPart> stacked(String experts, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    int d = sizes.width();
    return List.of(
        WholeTensor.of(experts + ".gate_proj.weight", "experts.0.gate.weight", e, h, d),
        WholeTensor.of(experts + ".up_proj.weight", "experts.0.up.weight", e, h, d),
        WholeTensor.of(experts + ".down_proj.weight", "experts.0.down.weight", e, d, h));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    Activation activation = config.activation("hidden_act", "silu");
    Experts glu = arrays.gated(all -> all.glu(activation, "experts.0."));
    int copies = copies(config);
    CompositeExperts experts = copies == 0
        ? CompositeExperts.of(glu)
        : CompositeExperts.of(glu, CopyExperts.of(copies, glu.modelWidth(), glu.dataType()));
    DeepSeekV3 rule = new DeepSeekV3(topK(config), SelectionBias.in(arrays), ExpertGroups.none());
    return MoeLayer.builder(GatedRouter.of(arrays.gate(), rule), experts);
  }
}
